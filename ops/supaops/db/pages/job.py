"""What the page of one job reads."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from psycopg.sql import SQL, Identifier

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.queries import query
from supaops.db.selection import Attempt

LARGEST_ID = 2**63 - 1
FAILURES = 2_500
"""Failed attempts that are compared with that of a job."""
_POST = re.compile(r"#([0-9]{1,18})$")
_NUMBER = re.compile(r"[0-9]+")
_LONGEST_LINE = 200


class Bounds(NamedTuple):
    """How much is read.

    Attributes:
        document: bytes, as stored, up to which a payload or result is read.
        attempts: how many, the latest first.
        error: characters of an error.
    """

    document: int = 64 * 1024
    attempts: int = 50
    error: int = 10_000


@dataclass(frozen=True, slots=True)
class Job:
    """A job's row with what its page needs of other tables.

    Attributes:
        payload, result: JSON text; None when there is none or it is larger than was asked for.
        payload_size, result_size: bytes, as stored.
        is_untold: its present attempt, or its success, stands in its own row alone.
        key_owner: the live job that has its dedup_key.
        origin: the job that this one is a clone of.
        retry_base, retry_factor, retry_max, retry_jitter: of its task type; None takes the queue's.
        claimed_at, expires_at: of the lease that its worker holds.
        worker_since, worker_seen, worker_version: as the worker itself has reported.
    """

    id: int
    task_type: str
    queue: str
    status: str
    priority: int
    attempts: int
    max_attempts: int
    worker: str | None
    dedup_key: str | None
    traceparent: str | None
    last_error: str | None
    run_at: datetime
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    payload_size: int
    payload: str | None
    result_size: int | None
    result: str | None
    is_untold: bool
    key_owner: int | None
    origin: int | None
    is_declared: bool
    retry_base: timedelta | None
    retry_factor: float | None
    retry_max: timedelta | None
    retry_jitter: float | None
    claimed_at: datetime | None
    expires_at: datetime | None
    is_registered: bool
    worker_since: datetime | None
    worker_seen: datetime | None
    worker_version: str | None


@dataclass(frozen=True, slots=True)
class Post:
    """A post to the worker, and the cron run that made it, where that is known."""

    id: int
    request_id: int | None
    created_at: datetime
    status_code: int | None
    outcome: str
    runid: int | None
    jobname: str | None
    run_at: datetime | None


@dataclass(frozen=True, slots=True)
class Hold:
    """A pause that is about the job; `how` is ``flag`` or what of the chain stands still."""

    queue: str
    task_type: str
    how: str
    reason: str
    paused_by: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that is about the job; `startable` is how many its rate lets start now."""

    scope: str
    name: str
    concurrency: int | None
    running: int
    rate: int | None
    period: timedelta | None
    startable: int | None


@dataclass(frozen=True, slots=True)
class SameError:
    """Attempts of the last day that failed alike; `dead` jobs among them have failed for good.

    Attributes:
        is_whole: all failures of the day were looked at, and not only the newest `FAILURES`.
    """

    jobs: int
    attempts: int
    dead: int
    last_at: datetime | None
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did to the job; `before` and `after` are its statuses, or what was changed."""

    id: int
    at: datetime
    actor: str
    source: str | None
    action: str
    reason: str | None
    request_id: str | None
    before: str | None
    after: str | None
    new_id: int | None


@dataclass(frozen=True, slots=True)
class Around:
    """One job and what is around it.

    Attributes:
        attempts: the latest, in the order of time; of `total`.
        posts: what woke the workers that made them, by id.
        holds, limits: of a job that waits; of another there are none.
        same: None for a job without an error, or one that has succeeded.
    """

    job: Job
    attempts: tuple[Attempt, ...]
    total: int
    posts: dict[int, Post]
    holds: tuple[Hold, ...]
    limits: tuple[Limit, ...]
    same: SameError | None
    audit: tuple[Deed, ...]


def read_job(
    conn: Connection, config: Config, job_id: int, bounds: Bounds | None = None
) -> Around | None:
    """Return a job in seven statements; None when there is none of that id.

    Args:    job_id: up to `LARGEST_ID`, or the whole table is read.
    Raises: DatabaseError.
    """
    reading = _Reading(conn, config)
    with translated("reading the job"):
        job = _job(reading, job_id, bounds or Bounds())
        return _around(reading, job, bounds or Bounds()) if job else None


def post_of(worker: str | None) -> int | None:
    """Return the post that woke a worker, which its name ends with: ``host:17#4711``."""
    found = _POST.search(worker or "")
    return int(found[1]) if found else None


def without_numbers(error: str) -> tuple[str, str]:
    """Return how an error's first line begins, and that line with ``N`` for each number."""
    line = error.split("\n", 1)[0][:_LONGEST_LINE]
    return _NUMBER.split(line, 1)[0], _NUMBER.sub("N", line)


@dataclass(frozen=True, slots=True)
class _Reading:
    conn: Connection
    config: Config

    def rows(self, name: str, **values: Any) -> list[dict[str, Any]]:
        schema, prefix = self.config.queue.schema_name, self.config.queue.name
        statement = SQL(query(f"page_job.{name}")).format(
            table=Identifier(schema, prefix),
            dispatches=Identifier(schema, f"{prefix}_dispatch_history"),
        )
        # In binary form a time does not depend on the role's DateStyle.
        return self.conn.execute(statement, values, binary=True).fetchall()


def _job(reading: _Reading, job_id: int, bounds: Bounds) -> Job | None:
    rows = reading.rows("job", id=job_id, most=bounds.document, longest=bounds.error)
    return Job(**rows[0]) if rows else None


def _around(reading: _Reading, job: Job, bounds: Bounds) -> Around:
    ended = reading.rows("attempts", id=job.id, limit=bounds.attempts, longest=bounds.error)
    total = ended[0]["total"] if ended else 0
    attempts = _attempts(job, ended)
    subject = {"queue": job.queue, "task_type": job.task_type}
    waits = job.status == "pending"
    return Around(
        job,
        attempts,
        total + job.is_untold,
        posts=_posts(reading, (each.worker for each in attempts)),
        holds=tuple(Hold(**row) for row in reading.rows("pauses", **subject)) if waits else (),
        limits=tuple(Limit(**row) for row in reading.rows("limits", **subject)) if waits else (),
        same=_same_error(reading, job, attempts),
        audit=tuple(Deed(**row) for row in reading.rows("audit", id=job.id)),
    )


def _attempts(job: Job, ended: list[dict[str, Any]]) -> tuple[Attempt, ...]:
    made = [
        Attempt(**{name: value for name, value in row.items() if name != "total"})
        for row in reversed(ended)
    ]
    if job.is_untold:
        present = (job.attempts, job.worker, job.started_at, job.completed_at, job.status, None)
        made.append(Attempt(*present))
    return tuple(made)


def _posts(reading: _Reading, workers: Iterable[str | None]) -> dict[int, Post]:
    ids = sorted({post for worker in workers if (post := post_of(worker)) is not None})
    rows = reading.rows("posts", ids=ids) if ids else []
    return {row["id"]: Post(**row) for row in rows}


def _same_error(reading: _Reading, job: Job, attempts: tuple[Attempt, ...]) -> SameError | None:
    errors = [each.error for each in attempts if each.error]
    if not errors or job.status == "succeeded":
        return None
    start, line = without_numbers(errors[-1])
    subject = {"queue": job.queue, "task_type": job.task_type}
    found = reading.rows("same_error", start=start, line=line, most=FAILURES, **subject)
    return SameError(**found[0])
