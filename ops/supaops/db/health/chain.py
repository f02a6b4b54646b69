"""Read the facts that the health checks judge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.queries import query


@dataclass(frozen=True, slots=True)
class ChainFacts:
    """What the database shows of the chain at one moment.

    Attributes:
        running_jobs: the declared active cron jobs that are live and active.
        net_backlog: requests waiting in pg_net's queue.
        posted_at, posted_age_s, status_code, error: the newest post that has an answer; None
            when there is none yet.
        idle_age_s: since the newest tick that posted nothing, because no job was ready.
    """

    scheduler_alive: bool
    running_jobs: list[str]
    net_backlog: int
    posted_at: datetime | None
    posted_age_s: float | None
    status_code: int | None
    error: str | None
    idle_age_s: float | None = None


def read_chain(conn: Connection, active_jobs: list[str]) -> ChainFacts:
    """Read everything in one round trip.

    Raises: DatabaseError, as when nothing was ever applied.
    """
    with translated("reading the chain"):
        parameters = {"active_jobs": active_jobs}
        # In binary form a time does not depend on the role's DateStyle.
        row = conn.execute(query("health_chain.chain"), parameters, binary=True).fetchone()
    return ChainFacts(**(row or {}))
