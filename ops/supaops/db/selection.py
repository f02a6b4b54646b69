"""Find jobs by what operators know of them, without a scan and within a time limit."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.moment import limited, moment
from supaops.db.operators import composed
from supaops.errors import SupaopsError

WINDOW = 20_000
"""Jobs that one statement looks at: a small part of a second, wherever they are."""
LONGEST_WINDOW_S = 10.0
_LAST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Filter:
    """What jobs have in common; None is any.

    Attributes:
        error: a part of the last error, in any case.
        worker: how the name of the latest worker begins.
        older, newer: how long ago they ended, or started, or were enqueued: what happened last.
    """

    statuses: tuple[str, ...] | None = None
    queue: str | None = None
    task_type: str | None = None
    error: str | None = None
    worker: str | None = None
    older: timedelta | None = None
    newer: timedelta | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the queries `operators.window` and `expected`."""
        found: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(self)}
        return {**found, "statuses": list(self.statuses) if self.statuses else None}


class Seen(NamedTuple):
    """What one look at the table showed.

    Attributes:
        looked: how many jobs were looked at up to now.
        matches: id and status of what was found by this look, by descending id.
    """

    looked: int
    matches: list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as operators see it: its row but for payload and result."""

    id: int
    task_type: str
    queue: str
    status: str
    priority: int
    attempts: int
    max_attempts: int
    worker: str | None
    dedup_key: str | None
    last_error: str | None
    version: int
    run_at: datetime
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a job: a row of ``job_queue_attempts``."""

    attempt: int
    worker: str | None
    started_at: datetime | None
    finished_at: datetime | None
    outcome: str
    error: str | None


@dataclass(frozen=True, slots=True)
class Details:
    """One job and what is around it.

    Attributes:
        lease_expires_at: until when its worker holds it; None when nobody does.
        paused: what holds it back, and why; None when nothing does.
    """

    row: JobRow
    payload: Any
    result: Any
    lease_expires_at: datetime | None
    paused: str | None
    attempts: tuple[Attempt, ...]


def walk(
    conn: Connection, config: Config, wanted: Filter, from_id: int | None = None
) -> Generator[Seen, None, None]:
    """Look at the jobs by descending id, some at a time, all at one moment.

    It ends where the counts say that no job of these statuses, queue and task type is left.

    Args:    from_id: the greatest id to look at; None begins at the newest.
    Raises: DatabaseError, as when one look takes too long.
    """
    last, looked, counted = _LAST_ID if from_id is None else from_id, 0, 0
    with moment(conn):
        expected = _one(conn, config, "expected", wanted.parameters)["jobs"]
        # What was left out before `from_id` is counted as well.
        while from_id is not None or counted < expected:
            place = {"from_id": last, "window": WINDOW}
            with limited(conn, LONGEST_WINDOW_S):
                row = _one(conn, config, "window", {**wanted.parameters, **place})
            if not row["looked"]:
                return
            looked, counted = looked + row["looked"], counted + row["counted"]
            yield Seen(looked, list(zip(row["ids"], row["statuses"], strict=True)))
            last = row["last_id"] - 1


def rows(conn: Connection, config: Config, ids: list[int]) -> list[JobRow]:
    """Return jobs by id, the newest first."""
    with moment(conn):
        found = conn.execute(composed("operators.rows", config), {"ids": ids}).fetchall()
    return [JobRow(**row) for row in found]


def details(conn: Connection, config: Config, job_id: int) -> Details:
    """Return one job and what is around it.

    Raises: SupaopsError when there is none of that id.
    """
    with moment(conn):
        row = conn.execute(composed("operators.details", config), {"id": job_id}).fetchone()
        if row is None:
            raise SupaopsError(
                f"there is no job {job_id}",
                hint=f"it may have been cleaned up: supaops jobs list --env {config.environment}",
            )
        made = conn.execute(composed("operators.attempts", config), {"id": job_id}).fetchall()
    around = {name: row.pop(name) for name in ("payload", "result", "lease_expires_at", "paused")}
    return Details(JobRow(**row), **around, attempts=tuple(Attempt(**each) for each in made))


def changes(conn: Connection, config: Config, newest: int, ids: list[int]) -> list[JobRow]:
    """Return what may have changed lately: the newest jobs, the running ones, and those named."""
    parameters = {"newest": newest, "ids": ids}
    with moment(conn):
        found = conn.execute(composed("operators.changes", config), parameters).fetchall()
    return [JobRow(**row) for row in found]


def _one(conn: Connection, config: Config, name: str, values: dict[str, Any]) -> dict[str, Any]:
    with translated("looking for jobs"):
        [row] = conn.execute(composed(f"operators.{name}", config), values).fetchall()
    return row
