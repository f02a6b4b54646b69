"""Read which jobs failed for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from supaops.config.model import Queue
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.health.names import of_queue
from supaops.db.health.queue import with_times


@dataclass(frozen=True, slots=True)
class DeadGroup:
    """Jobs of a task type that failed for good in the last hour with the same class of error.

    Attributes:
        error: the class; None where the error does not begin with one.
        example: id of the first of them.
    """

    task_type: str
    error: str | None
    jobs: int
    example: int


@dataclass(frozen=True, slots=True)
class DeadJob:
    """A job that failed for good."""

    id: int
    completed_at: datetime
    age_s: float


@dataclass(frozen=True, slots=True)
class DeadJobs:
    """What failed for good, as far as it was looked for.

    Attributes:
        groups: those of the last hour, the most first.
        young: how many are dead for no longer than was asked for.
        is_cut_off: more attempts failed in that time than were looked at: `young` is too few.
        oldest: the longest dead of those found; there may be an older one.
        unhandled: the task types of jobs that a worker had no handler for, in the last hour.
    """

    groups: tuple[DeadGroup, ...] = ()
    young: int = 0
    is_cut_off: bool = False
    oldest: DeadJob | None = None
    unhandled: tuple[str, ...] = ()


def read_dead(conn: Connection, queue: Queue, within_s: float) -> DeadJobs:
    """Return the jobs that failed for good and are still so.

    Args:    within_s: up to which age they are `young`, in seconds.
    Raises:  DatabaseError.
    """
    with translated("reading the failed jobs"):
        statement = of_queue("health_queue.dead", queue)
        row = conn.execute(statement, {"within_s": within_s}).fetchone() or {}
    return DeadJobs(
        tuple(DeadGroup(**each) for each in row["groups"]),
        row["young"],
        row["is_cut_off"],
        DeadJob(**with_times(row["oldest"])) if row["oldest"] else None,
        tuple(row["unhandled"]),
    )
