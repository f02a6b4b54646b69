"""The declared side of a plan, and the plan of this moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from pydantic import SecretStr

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.live import State, read_state, settle_in
from supaops.plan.diff import build_plan
from supaops.plan.model import Plan
from supaops.plan.paused import as_resumed
from supaops.plan.schema_version import require_known
from supaops.render.resource import Resource


def _everything(_address: str) -> bool:
    return True


def _no_dsn() -> SecretStr | None:
    return None


@dataclass(frozen=True, slots=True)
class Desired:
    """What an environment should hold: its config, rendered, and the secrets' values.

    Attributes:
        concerns: whether a plan is about a resource, by its address; others stay as they are.
        purpose: what a revision says before its sums; empty for an apply of the config.
        sentry_dsn: returns the DSN that is known here; raises ConfigError for what is none.
    """

    config: Config
    resources: tuple[Resource, ...]
    secrets: Mapping[str, SecretStr]
    concerns: Callable[[str], bool] = _everything
    purpose: str = ""
    sentry_dsn: Callable[[], SecretStr | None] = _no_dsn

    def state(self, conn: Connection) -> State:
        """Read the database's side, inside the caller's transaction.

        What an operator has paused is in it as it will be after the resume.
        """
        return as_resumed(read_state(conn, self.config, self.secrets), self.resources)

    def plan_now(self, conn: Connection) -> Plan:
        """Return the plan of this moment, inside the caller's transaction.

        Raises: Refused for a schema version that this supaops does not know.
        """
        state = self.state(conn)
        require_known(state.recorded)
        return self.plan(state)

    def plan(self, state: State) -> Plan:
        """Compare with a state that was read."""
        plan = build_plan(self.config.environment, self.resources, state)
        return replace(plan, changes=tuple(c for c in plan.changes if self.concerns(c.address)))


def read_plan(conn: Connection, desired: Desired) -> Plan:
    """Return the plan of this moment, read in one transaction that changes nothing.

    Raises: MissingExtension or DatabaseError; Refused for a schema version that is not known here.
    """
    with translated("reading the live state"), conn.transaction():
        conn.execute("set transaction isolation level repeatable read, read only")
        settle_in(conn)
        return desired.plan_now(conn)
