"""Whose database it is, and whether it may post and run its guarded cron jobs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.queries import query
from supaops.errors import DatabaseError


class GuardState(StrEnum):
    """Whether a database may act.

    armed: it may. unconfirmed: it posts, and runs no guarded job, since it was started, restored
    or copied after its worker last accepted a post. disarmed: it does neither.
    """

    ARMED = "armed"
    UNCONFIRMED = "unconfirmed"
    DISARMED = "disarmed"


@dataclass(frozen=True, slots=True)
class Environment:
    """What a database says of itself.

    Attributes:
        name: the environment that it belongs to; None until an apply has named it.
        confirmed_at: when its worker, or an operator, last armed it.
        disarmed_at, disarmed_by, disarmed_reason: since when, by `operator` or `guard`, and why;
            None unless the state is disarmed.
        unconfirmed_dispatch: the latest answered post, when the worker accepted it without
            confirming where it came from; else None.
    """

    name: str | None
    state: GuardState
    confirmed_at: datetime | None = None
    disarmed_at: datetime | None = None
    disarmed_by: str | None = None
    disarmed_reason: str | None = None
    unconfirmed_dispatch: int | None = None

    def belongs_elsewhere(self, environment: str) -> bool:
        """Tell whether this database is that of another environment."""
        return self.name is not None and self.name != environment


def read_environment(conn: Connection) -> Environment | None:
    """Return what the database says of itself; None before the first apply.

    Raises: DatabaseError.
    """
    with translated("reading the environment"):
        if not _installed(conn)["has_state"]:
            return None
        # In binary form a time does not depend on the role's DateStyle.
        row = conn.execute(query("environment.facts"), binary=True).fetchone()
    if row is None:
        raise _no_row()
    return Environment(**{**row, "state": GuardState(row["state"])})


def environment_name(conn: Connection) -> str | None:
    """Return the environment that the database belongs to; None until an apply has named it.

    Asks for the row alone, so that an apply can bring back functions that are gone.
    """
    if not _installed(conn)["has_row"]:
        return None
    row = conn.execute(query("environment.name")).fetchone()
    return row["name"] if row else None


def name_environment(conn: Connection, name: str) -> None:
    """Give a database that has none its name, and arm it; leave any other as it is.

    So is one that was rolled back to before there was a guard.
    """
    if _installed(conn)["has_state"]:
        conn.execute(query("environment.name_it"), {"name": name})


def arm(conn: Connection, name: str, *, actor: str) -> None:
    """Let the database act as the one of the environment `name`.

    Raises: DatabaseError.
    """
    with translated("arming"), conn.transaction():
        conn.execute(query("environment.actor"), {"actor": actor})
        conn.execute(query("environment.arm"), {"name": name})


def disarm(conn: Connection, name: str, reason: str, *, actor: str) -> None:
    """Stop the posts and guarded cron jobs of the environment `name` until it is armed.

    Raises: DatabaseError, as for an empty reason.
    """
    with translated("disarming"), conn.transaction():
        conn.execute(query("environment.actor"), {"actor": actor})
        conn.execute(query("environment.disarm"), {"reason": reason, "name": name})


def _installed(conn: Connection) -> dict[str, bool]:
    return conn.execute(query("environment.installed")).fetchone() or {}


def _no_row() -> DatabaseError:
    return DatabaseError(
        "supaops.environment has lost its row",
        hint="insert into supaops.environment default values",
    )
