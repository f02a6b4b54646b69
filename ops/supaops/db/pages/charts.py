"""Read what the charts are drawn from: a row per slot of time in which something is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.sql import SQL, Identifier

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.incident import FailedAttempt
from supaops.db.pages.slots import Slots
from supaops.db.queries import query

JOBS_PER_SLOT = 50
"""Jobs of a slot whose times are looked at."""
ATTEMPTS = 10_000
"""Failed attempts that are counted, the newest."""
ERRORS = 1_000
"""Failed attempts whose errors are grouped, the newest."""
MARKS = 20


@dataclass(frozen=True, slots=True)
class Counts:
    """What the counts of a slot's minutes say; None is what they cannot tell.

    Attributes:
        pending: the most that there were.
        waited_s: how long the longest waiting ready job had waited at most, in seconds.
        succeeded, failed, cancelled: how many jobs ended so, at least.
    """

    slot: int
    pending: int | None
    waited_s: float | None
    succeeded: int | None
    failed: int | None
    cancelled: int | None


@dataclass(frozen=True, slots=True)
class Durations:
    """Of some jobs that were started in a slot: median and 95th percentile, in seconds.

    Attributes:
        jobs: how many were looked at.
        ran_s: both are None when none of them has ended.
    """

    slot: int
    jobs: int
    waited_s: tuple[float, float]
    ran_s: tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Failures:
    """Attempts of a slot that were reported as failed, and whose worker was lost."""

    slot: int
    failed: int
    lost: int


@dataclass(frozen=True, slots=True)
class Event:
    """Something that may have turned a curve; `git_sha` is that of a revision."""

    at: datetime
    actor: str
    action: str
    target: str
    git_sha: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class History:
    """What is known of some slots.

    Attributes:
        failures_since: attempts that failed earlier were not counted; None when all were.
        errors: the newest attempts that failed, newest first.
        events: newest first.
    """

    counts: tuple[Counts, ...]
    durations: tuple[Durations, ...]
    failures: tuple[Failures, ...]
    failures_since: datetime | None
    errors: tuple[FailedAttempt, ...]
    events: tuple[Event, ...]


def read_history(conn: Connection, config: Config, slots: Slots, queue: str | None) -> History:
    """Read it in five round trips; `queue` None is all of them.

    Raises: DatabaseError, as when nothing was ever applied.
    """
    failures = _rows(conn, config, "failures", slots, queue, ATTEMPTS)
    since = {row.pop("since") for row in failures}
    return History(
        counts=read_counts(conn, config, slots, queue),
        durations=tuple(
            _durations(**row)
            for row in _rows(conn, config, "durations", slots, queue, JOBS_PER_SLOT)
        ),
        failures=tuple(Failures(**row) for row in failures),
        failures_since=next(iter(since), None),
        errors=tuple(
            FailedAttempt(**row) for row in _rows(conn, config, "errors", slots, queue, ERRORS)
        ),
        events=tuple(Event(**row) for row in _rows(conn, config, "marks", slots, queue, MARKS)),
    )


def read_counts(
    conn: Connection, config: Config, slots: Slots, queue: str | None
) -> tuple[Counts, ...]:
    """Read the counts of the slots alone.

    Raises: DatabaseError.
    """
    return tuple(Counts(**row) for row in _rows(conn, config, "counts", slots, queue))


def _durations(slot: int, jobs: int, waited_s: list[float], ran_s: list[float | None]) -> Durations:
    ran = ran_s or [None, None]
    return Durations(slot, jobs, (waited_s[0], waited_s[1]), (ran[0], ran[1]))


def _rows(
    conn: Connection, config: Config, name: str, slots: Slots, queue: str | None, most: int = 0
) -> list[dict[str, Any]]:
    table = Identifier(config.queue.schema_name, config.queue.name)
    parameters = {
        "start": slots.start,
        "end": slots.end,
        "size_s": slots.size.total_seconds(),
        "count": slots.count,
        "queue": queue,
        "most": most,
    }
    with translated("reading the history"):
        # In binary form a time does not depend on the role's DateStyle.
        statement = SQL(query(f"page_charts.{name}")).format(table=table)
        return conn.execute(statement, parameters, binary=True).fetchall()
