"""The queue as a worker sees it: claim, complete, keep alive."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Composed, Identifier

from supaops.db.pool import Pool
from supaops.db.queries import query
from supaops.db.work import Claimed, Exchanged, Job


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

    async def confirm(self, dispatch: int, nonce: str) -> bool:
        """Use up the nonce of a post; false when this database has sent no such post, or once."""
        [row] = await self._call("confirm", {"dispatch": dispatch, "nonce": nonce})
        return bool(row["confirmed"])

    async def claim(self, limit: int, *, worker: str, lease: timedelta) -> list[Job]:
        """Claim up to `limit` jobs that are ready, all under one new lease."""
        arguments = {"limit": limit, "worker": worker, "lease": lease}
        cursor = await self._hand_out("claim", arguments)
        with self._pool.reading():
            return [Job._make(row) for row in await cursor.fetchall()]

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

    async def exchange(
        self,
        done: Iterable[tuple[Job, str | None]],
        failed: Iterable[tuple[Job, str]],
        *,
        limit: int,
        worker: str,
        lease: timedelta,
    ) -> Exchanged:
        """Report one batch and claim the next, in one round trip and one commit.

        Args:
            done: jobs with their results, as JSON text.
            failed: jobs with their errors.
        """
        arguments = {
            "done": _done_reports(done),
            "failed": _failure_reports(failed),
            "limit": limit,
            "worker": worker,
            "lease": lease,
        }
        cursor = await self._hand_out("exchange", arguments)

        async def make(count: int) -> list[Job]:
            with self._pool.reading():
                rows = await cursor.fetchmany(count)
            return [Job._make(row[2:]) for row in rows]

        [(refused, statuses, *_)] = await cursor.fetchmany(1)
        jobs = await make(1)
        return Exchanged(
            Claimed(jobs, cursor.rowcount - 1 - len(jobs), make),
            frozenset(refused),
            {each["id"]: each["status"] for each in statuses},
        )

    async def heartbeat(self, lease_id: int, *, lease: timedelta) -> frozenset[int]:
        """Extend a lease from now; return the ids of its jobs that it no longer holds."""
        [row] = await self._call("heartbeat", {"lease_id": lease_id, "lease": lease})
        return frozenset(row["lost"] or ())

    async def writing_since(self, moment: datetime | None) -> datetime | None:
        """Return `moment`, or the server's present time for None, or None.

        None when every transaction that was writing to the queue at that moment has ended. Asks
        a private function, which only the owner of the queue may.
        """
        [row] = await self._rows(Composed([SQL(query("jobs.writing_since"))]), {"moment": moment})
        since: datetime | None = row["since"]
        return since

    async def give_back(self, job: Job) -> bool:
        """Return an unfinished job to the queue at once, its attempt uncounted.

        A failure would cost it an attempt, and its last one would end it for a restart of ours.
        """
        table = Identifier(self._schema, self._name)
        statement = SQL(query("jobs.give_back")).format(table=table)
        arguments = {"job_id": job.id, "lease_id": job.lease_id}
        return bool(await self._rows(statement, arguments))

    async def _call(self, verb: str, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        return await self._rows(self._statement(verb), arguments)

    async def _hand_out(
        self, verb: str, arguments: dict[str, Any]
    ) -> psycopg.AsyncCursor[tuple[Any, ...]]:
        """Return the whole answer, to be read without the connection."""
        async with self._pool.statements() as connection:
            cursor = connection.cursor(row_factory=tuple_row, binary=True)
            return await cursor.execute(self._statement(verb), arguments)

    def _statement(self, verb: str) -> Composed:
        function = Identifier(self._schema, f"{self._name}_{verb}")
        columns = SQL(query("jobs.columns"))
        return SQL(query(f"jobs.{verb}")).format(function=function, columns=columns)

    async def _rows(self, statement: Composed, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        async with self._pool.statements() as connection:
            # In binary form times and intervals do not depend on the role's DateStyle and such.
            cursor = await connection.execute(statement, arguments, binary=True)
            return await cursor.fetchall()


def _done_reports(done: Iterable[tuple[Job, str | None]]) -> str:
    """Return JSON: by lease where there is no result; the results are JSON text already."""
    reports: list[str] = []
    plain: dict[int, list[int]] = {}
    for job, result in done:
        if result is None:
            plain.setdefault(job.lease_id, []).append(job.id)
        else:
            reports.append(f'{{"job_id":{job.id},"lease_id":{job.lease_id},"result":{result}}}')
    reports += [f'{{"job_ids":{ids},"lease_id":{lease}}}' for lease, ids in plain.items()]
    return f"[{','.join(reports)}]"


def _failure_reports(failed: Iterable[tuple[Job, str]]) -> str:
    reports = [
        {"job_id": job.id, "lease_id": job.lease_id, "error": error} for job, error in failed
    ]
    return json.dumps(reports)
