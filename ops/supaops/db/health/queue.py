"""Read what waits in the queue, what holds it back, and what has failed for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import errors

from supaops.config.model import Queue
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.health.names import of_queue
from supaops.db.queries import query
from supaops.errors import DatabaseError


@dataclass(frozen=True, slots=True)
class Count:
    """How many jobs of a queue and task type are in a status.

    Attributes:
        oldest_ready_at, ready_age_s: since when the longest waiting one could have begun, and how
            long ago that is; None unless pending jobs are due.
    """

    queue: str
    task_type: str
    status: str
    jobs: int
    oldest_ready_at: datetime | None = None
    ready_age_s: float | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause as an operator made it.

    Attributes:
        how: `flag` is one of the queue's own, which ends by itself at `until`; others do not.
        stopped: the cron jobs that it made inactive, or the secret that holds a dummy.
        is_of_chain: False for one of cron jobs that wake nobody, which keeps no job waiting.
        past_end_s: how long `until` is over, negative before; None without one.
    """

    queue: str
    task_type: str
    reason: str
    paused_by: str
    paused_at: datetime
    until: datetime | None
    how: str
    age_s: float
    past_end_s: float | None
    stopped: tuple[str, ...] = ()
    is_of_chain: bool = True

    @property
    def holds(self) -> bool:
        """Tell whether it still keeps jobs from starting."""
        return self.how != "flag" or self.past_end_s is None or self.past_end_s < 0

    def covers(self, queue: str, task_type: str) -> bool:
        """Tell whether jobs of a queue and task type are kept."""
        is_theirs = self.queue in (queue, "*") and self.task_type in (task_type, "*")
        return is_theirs and self.is_of_chain


@dataclass(frozen=True, slots=True)
class ExpiredLease:
    """A lease that ran out; `jobs` of it still pass for running."""

    id: int
    worker: str
    expires_at: datetime
    jobs: int


@dataclass(frozen=True, slots=True)
class Held:
    """What keeps jobs from starting."""

    pauses: tuple[Pause, ...] = ()
    leases: tuple[ExpiredLease, ...] = ()


@dataclass(frozen=True, slots=True)
class Trend:
    """Where a queue is going.

    Attributes:
        earlier, earlier_age_s: its pending jobs in the first sample of the last hour, and how long
            ago that was taken.
        waiting_s, ended: how long jobs have been waiting in all its samples, within the last
            quarter of an hour, and how many have ended in that time.
    """

    queue: str
    earlier: int
    earlier_age_s: float
    waiting_s: float
    ended: int


def read_counts(conn: Connection, queue: Queue) -> list[Count]:
    """Return the number of jobs per queue, task type and status.

    Raises: DatabaseError.
    """
    with translated("counting the jobs"):
        # In binary form a time does not depend on the role's DateStyle.
        rows = conn.execute(of_queue("health_queue.counts", queue), binary=True)
        return [Count(**row) for row in rows]


def read_held(conn: Connection, queue: Queue, patience_s: float) -> Held:
    """Return the pauses, and the leases that ran out.

    Args:    patience_s: how long a lease may be over before it counts, in seconds.
    Raises:  DatabaseError.
    """
    with translated("reading pauses and leases"):
        statement = of_queue("health_queue.held", queue)
        row = conn.execute(statement, {"patience_s": patience_s}).fetchone() or {}
    return Held(
        tuple(_pause(each) for each in row["pauses"]),
        tuple(ExpiredLease(**with_times(each)) for each in row["leases"]),
    )


def _pause(row: dict[str, Any]) -> Pause:
    return Pause(**{**with_times(row), "stopped": tuple(row["stopped"])})


def read_trends(conn: Connection) -> list[Trend]:
    """Return where each queue is going, by the samples of the last hour.

    Raises: DatabaseError, also where an older supaops has no samples.
    """
    with translated("reading the samples"):
        try:
            return [Trend(**row) for row in conn.execute(query("health_queue.trend"))]
        except errors.UndefinedTable:
            raise DatabaseError(
                "applied by an older supaops, which took no samples",
                hint="apply once with this version",
            ) from None


def with_times(row: dict[str, Any]) -> dict[str, Any]:
    """Turn the times of a JSON object, which arrive as text, back into datetimes."""
    return {
        key: datetime.fromisoformat(item) if isinstance(item, str) and _is_time(key) else item
        for key, item in row.items()
    }


def _is_time(key: str) -> bool:
    return key.endswith("_at") or key == "until"
