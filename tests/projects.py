"""A project folder with a config of its own, and what the rooms make of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from supaops.apply import Applied, Options, apply_plan, provenance
from supaops.checks.declared import declared
from supaops.config import Config, Resolved, load, resolve, resolve_some
from supaops.db.connect import Connection, connect
from supaops.errors import ConfigError, SupaopsError
from supaops.local import Stack
from supaops.plan import Desired, Plan, read_plan
from supaops.render import resources
from supaops.worker.settings import Settings

ROOT = Path(__file__).parents[1]
ENVIRONMENT = "test"
ORIGIN = provenance(Path("/"))
"""Where what a test applies comes from: a folder of its own, of which git knows nothing."""
RESET = (ROOT / "tests" / "reset.sql").read_bytes()
"""Empties a database of everything that supaops, or a test, put there."""

# Before the rest, and for itself: when that fails, nothing ticks any more.
_UNSCHEDULE = b"""
do $$ begin
  if to_regclass('cron.job') is not null then
    perform cron.unschedule(j.jobid) from cron.job as j where j.username = current_user;
  end if;
end $$
"""


def reset(conn: Connection) -> None:
    """Empty a database whose jobs may tick: a run that began before it was stopped may be met.

    Such a run holds locks in another order. No new one begins, so each try meets fewer.
    """
    conn.execute(_UNSCHEDULE)
    for _ in range(3):
        with suppress(psycopg.errors.DeadlockDetected):
            conn.execute(RESET)
            return
    conn.execute(RESET)


class Arranged:
    """A database that is emptied and arranged anew only if something was written in between."""

    def __init__(self) -> None:
        self._arrangement: Hashable = None
        self._transaction = 0

    def require(
        self, url: str, arrangement: Hashable, make: Callable[[Connection], object]
    ) -> None:
        """Have the database as `make` leaves an empty one, which is called when it is not.

        Every transaction that writes, and nothing else, takes a number from one counter.
        """
        with connect(url, application_name="pytest") as conn:
            is_untouched = _next_transaction(conn) == self._transaction + 1
            if not (is_untouched and arrangement == self._arrangement):
                self._arrangement = None
                reset(conn)
                make(conn)
            self._arrangement, self._transaction = arrangement, _next_transaction(conn)


def _next_transaction(conn: Connection) -> int:
    """Take a transaction's number, and return it."""
    row = conn.execute("select pg_current_xact_id()::text::bigint as id").fetchone() or {}
    return int(row["id"])


QUIET_CRON = """
cron:
  jobs:
    job_queue_worker: {active: false}
    job_queue_cleanup_daily: {active: false}
    job_queue_maintenance: {active: false}
"""
"""Nothing ticks by itself while a test looks."""


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with ``ops/config`` whose environment `test` is the base file and one overlay.

    Attributes:
        environ: the variables of its commands; DATABASE_URL leads to its database.
    """

    folder: Path
    environ: dict[str, str] = field(repr=False)

    @classmethod
    def make(cls, folder: Path, stack: Stack, overlay: str = QUIET_CRON) -> Project:
        """Lay a project out whose database is the stack."""
        lay_out(folder, overlay)
        return cls(folder, {**os.environ, **stack.environment, "SUPAOPS_ENV": ENVIRONMENT})

    @property
    def config_path(self) -> Path:
        return base_file(self.folder)

    def write_overlay(self, overlay: str) -> None:
        overlay_file(self.folder).write_text(overlay, encoding="utf-8")

    @property
    def url(self) -> str:
        return self.environ["DATABASE_URL"]

    @property
    def config(self) -> Config:
        return load(self.config_path, ENVIRONMENT)

    @property
    def resolved(self) -> Resolved:
        return resolve(self.config, self.environ)

    @property
    def settings(self) -> Settings:
        return Settings.of(self.config, self.resolved.secrets)

    @property
    def desired(self) -> Desired:
        config = self.config
        resolved = resolve(config, self.environ)
        dsn = lambda: resolved.sentry_dsn  # noqa: E731  read only when it is asked for
        return Desired(config, resources(config), resolved.secrets, sentry_dsn=dsn)

    @property
    def declared(self) -> tuple[Desired | ConfigError, tuple[SupaopsError, ...]]:
        """Return what should be there, or what is wrong with the YAML, and what values lack."""
        try:
            config = self.config
        except ConfigError as error:
            return error, ()
        resolved, problems = resolve_some(config, self.environ)
        return declared(config, resolved), tuple(problems)

    def plan(self, conn: Connection) -> Plan:
        return read_plan(conn, self.desired)

    def apply(self, conn: Connection, options: Options | None = None) -> Applied:
        desired = self.desired
        plan = read_plan(conn, desired)
        return apply_plan(conn, desired, plan, ORIGIN, options or Options())


# Longer than a lease, which the YAML does not allow: only then heartbeats matter.
_PATIENT = b"update supaops.task_type set timeout = '20 s' where name = %s"


def applied(folder: Path, stack: Stack, overlay: str, *, patient: str | None = None) -> Project:
    """Lay a project out in `folder` and apply it to the emptied stack.

    Args:    patient: a task type whose jobs may run for longer than a lease lasts.
    """
    made = Project.make(folder, stack, overlay)
    with connect(stack.url, application_name="pytest") as connection:
        reset(connection)
        made.apply(connection)
        connection.execute(_PATIENT, [patient])
    return made


def base_file(folder: Path) -> Path:
    return folder / "ops" / "config" / "job_queue.yaml"


def overlay_file(folder: Path) -> Path:
    return folder / "ops" / "config" / "environments" / f"{ENVIRONMENT}.yaml"


def lay_out(folder: Path, overlay: str = QUIET_CRON) -> None:
    """Copy the repository's base file into a folder and write `overlay` beside it."""
    overlay_file(folder).parent.mkdir(parents=True)
    shutil.copy(base_file(ROOT), base_file(folder))
    overlay_file(folder).write_text(overlay, encoding="utf-8")
