"""The queue as a worker sees it: claim, complete, keep alive."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Composed, Identifier

from supaops.db.pool import Pool
from supaops.db.queries import query
from supaops.db.reports import done_reports, failure_reports
from supaops.db.work import Claimed, Done, Exchanged, Failure, Job, read_payload


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

    async def exchange(
        self,
        done: Sequence[Done],
        failed: Sequence[Failure],
        *,
        limit: int,
        worker: str,
        lease: timedelta,
        queues: Sequence[str] | None = None,
    ) -> Exchanged:
        """Report what has ended and claim the next, in one round trip and one commit.

        Args:    queues: whose jobs are claimed; None for those of every queue.
        """
        arguments = {
            "done": done_reports(done),
            "failed": failure_reports(failed),
            "limit": limit,
            "worker": worker,
            "lease": lease,
            "queues": None if queues is None else list(queues),
        }
        cursor = await self._hand_out("exchange", arguments)

        async def make(count: int) -> list[Job]:
            with self._pool.reading():
                rows = await cursor.fetchmany(count)
            return [_job(*row[2:]) for row in rows]

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

    async def give_back(self, lease_id: int, job_ids: Sequence[int]) -> frozenset[int]:
        """Return unfinished jobs to the queue at once, their attempts uncounted.

        A failure would cost each an attempt, and its last one would end it for a restart of ours.
        """
        arguments = {"lease_id": lease_id, "job_ids": list(job_ids)}
        [row] = await self._call("give_back", arguments)
        return frozenset(row["returned"] or ())

    async def register(
        self, worker: str, handlers: Sequence[str], about: Mapping[str, Any]
    ) -> None:
        """Say that a worker is there, and which task types it has a handler for."""
        arguments = {"worker": worker, "handlers": list(handlers), "about": json.dumps(about)}
        await self._call("register_worker", arguments)

    async def forget(self, worker: str) -> None:
        """Say that a worker is gone."""
        await self._call("forget_worker", {"worker": worker})

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


def _job(job_id: int, task_type: str, queue: str, payload: str | None, *others: Any) -> Job:
    return Job(job_id, task_type, queue, read_payload(payload), *others)
