"""How the newest jobs have fared: did they begin in time, and how did they end?"""

from __future__ import annotations

from dataclasses import dataclass

from supaops.config.model import Queue
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.health.names import of_queue


@dataclass(frozen=True, slots=True)
class RecentJobs:
    """What became of one queue's share of the newest thousand jobs that were due.

    Attributes:
        due, in_time: those of which it is known whether they began in time, and those that did.
        finished: those that succeeded or failed for good.
        attempts, failed_attempts: of the jobs that began in the last hour, the attempts that
            have ended.
    """

    queue: str
    due: int
    in_time: int
    finished: int
    succeeded: int
    failed: int
    attempts: int = 0
    failed_attempts: int = 0


def read_recent(conn: Connection, within_s: float, queue: Queue) -> list[RecentJobs]:
    """Return a row per queue that has jobs among the newest thousand that were due.

    Args:
        within_s: how long after its `run_at` a job may begin, in seconds.
        queue: where the table is.
    Raises: DatabaseError.
    """
    with translated("reading the newest jobs"):
        rows = conn.execute(of_queue("health_recent.recent", queue), {"within_s": within_s})
        return [RecentJobs(**row) for row in rows]
