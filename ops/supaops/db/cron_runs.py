"""The runs of pg_cron that a worker follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from supaops.db.pool import Pool
from supaops.db.queries import query


@dataclass(frozen=True, slots=True)
class CronRun:
    """One run of a cron job.

    Attributes:
        runid: rises, and starts anew only where the history was emptied by hand.
        status: pg_cron's own word: `succeeded` and `failed` are final.
        ended_at: None as long as it runs.
    """

    job: str
    runid: int
    status: str
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class RunsAsked:
    """Which runs are asked for.

    Attributes:
        jobs: names of cron jobs.
        after: runs later than this runid, of which the newest 1,000 are looked at.
        also: runids that are asked for again.
        within: how long ago a run ended at most.
    """

    jobs: tuple[str, ...]
    after: int
    also: tuple[int, ...]
    within: timedelta


async def read_runs(pool: Pool, asked: RunsAsked) -> list[CronRun]:
    """Return the runs, the oldest first.

    Raises: ConnectionFailed when trying again may help, DatabaseError when it will not.
    """
    arguments = {
        "jobs": list(asked.jobs),
        "after": asked.after,
        "also": list(asked.also),
        "within": asked.within,
    }
    async with pool.statements() as connection:
        # In binary form a time does not depend on the role's DateStyle.
        cursor = await connection.execute(query("cron_runs.since"), arguments, binary=True)
        return [CronRun(**row) for row in await cursor.fetchall()]
