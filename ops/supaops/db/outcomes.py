"""What ended without the worker's doing: runs of pg_cron, and jobs whose worker was lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.sql import SQL, Composed, Identifier

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


@dataclass(frozen=True, slots=True)
class LostJob:
    """A job that failed for good because the lease of its last attempt ran out.

    Attributes:
        attempts: how many there were.
        worker: who made the last one.
        payload: never read.
    """

    id: int
    task_type: str
    queue: str
    attempts: int
    max_attempts: int
    worker: str | None
    finished_at: datetime
    payload: None = None


class Outcomes:
    """Read what ended.

    Every method raises ConnectionFailed when trying again may help, DatabaseError when it will not.

    Args:
        schema: where the queue's table is.
        name: the table's name, as `queue.name` in the YAML.
    """

    def __init__(self, pool: Pool, *, schema: str, name: str) -> None:
        self._pool = pool
        self._table = Identifier(schema, name)

    async def runs(self, asked: RunsAsked) -> list[CronRun]:
        """Return runs of cron jobs, the oldest first."""
        arguments = {
            "jobs": list(asked.jobs),
            "after": asked.after,
            "also": list(asked.also),
            "within": asked.within,
        }
        rows = await self._rows(SQL(query("outcomes.runs")), arguments)
        return [CronRun(**row) for row in rows]

    async def lost(self, within: timedelta) -> list[LostJob]:
        """Return the newest lost jobs, no more than 100; `within` is how long ago at most."""
        statement = SQL(query("outcomes.lost")).format(table=self._table)
        rows = await self._rows(statement, {"within": within})
        return [LostJob(**row) for row in rows]

    async def _rows(self, statement: SQL | Composed, arguments: dict[str, Any]) -> list[Any]:
        async with self._pool.statements() as connection:
            # In binary form a time does not depend on the role's DateStyle.
            cursor = await connection.execute(statement, arguments, binary=True)
            return await cursor.fetchall()
