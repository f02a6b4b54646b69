"""Read jobs as operators see them: some by id, one with what is around it, what changed lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.moment import moment
from supaops.db.operators import composed
from supaops.errors import SupaopsError


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
