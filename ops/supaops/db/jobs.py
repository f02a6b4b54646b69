"""The queue as a worker sees it: claim, complete, keep alive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.sql import SQL, Composed, Identifier

from supaops.db.pool import Pool
from supaops.db.queries import query


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed job: one row of ``job_queue_claim``, its columns by name.

    `attempts` counts this attempt, from 1; `lease_id` is shared by all jobs of one claim.
    """

    id: int
    task_type: str
    queue: str
    payload: Any
    priority: int
    attempts: int
    max_attempts: int
    lease_id: int
    lease_expires_at: datetime
    timeout: timedelta
    run_at: datetime
    created_at: datetime


class JobQueue:
    """Call the queue's SQL functions, each in one statement and one commit.

    Every method raises ConnectionFailed when trying again may help, DatabaseError when it will not.

    Args:
        schema: where the functions live.
        name: their prefix, as `queue.name` in the YAML.
    """

    def __init__(self, pool: Pool, *, schema: str = "public", name: str = "job_queue") -> None:
        self._pool = pool
        self._schema = schema
        self._name = name

    async def claim(self, limit: int, *, worker: str, lease: timedelta) -> list[Job]:
        """Claim up to `limit` jobs that are ready, all under one new lease."""
        arguments = {"limit": limit, "worker": worker, "lease": lease}
        return [Job(**row) for row in await self._call("claim", arguments)]

    async def mark_succeeded(self, job: Job, result: str | None) -> bool:
        """Complete a job with a result as JSON text; false when its lease is lost."""
        arguments = {"job_id": job.id, "lease_id": job.lease_id, "result": result}
        [row] = await self._call("mark_succeeded", arguments)
        return bool(row["accepted"])

    async def mark_failed(self, job: Job, error: str) -> str | None:
        """Record a failure; return the status it led to, or None when its lease is lost."""
        arguments = {"job_id": job.id, "error": error, "lease_id": job.lease_id}
        [row] = await self._call("mark_failed", arguments)
        status: str | None = row["status"]
        return status

    async def heartbeat(self, lease_id: int, *, lease: timedelta) -> frozenset[int]:
        """Extend a lease from now; return the ids of its jobs that it no longer holds."""
        [row] = await self._call("heartbeat", {"lease_id": lease_id, "lease": lease})
        return frozenset(row["lost"] or ())

    async def give_back(self, job: Job) -> bool:
        """Return an unfinished job to the queue at once, its attempt uncounted.

        A failure would cost it an attempt, and its last one would end it for a restart of ours.
        """
        table = Identifier(self._schema, self._name)
        statement = SQL(query("jobs.give_back")).format(table=table)
        arguments = {"job_id": job.id, "lease_id": job.lease_id}
        return bool(await self._rows(statement, arguments))

    async def _call(self, verb: str, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        function = Identifier(self._schema, f"{self._name}_{verb}")
        statement = SQL(query(f"jobs.{verb}")).format(function=function)
        return await self._rows(statement, arguments)

    async def _rows(self, statement: Composed, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        async with self._pool.statements() as connection:
            # In binary form times and intervals do not depend on the role's DateStyle and such.
            cursor = await connection.execute(statement, arguments, binary=True)
            return await cursor.fetchall()
