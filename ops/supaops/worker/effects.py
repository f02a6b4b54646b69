"""A handler's transaction, in which its job succeeds along with its effects."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from supaops.db.connect import AsyncConnection
from supaops.db.effects import JobConnections
from supaops.db.work import Job, NewJob
from supaops.errors import LeaseLost, SupaopsError
from supaops.worker.adding import new_job
from supaops.worker.endings import to_json


class Transaction:
    """An open transaction: committed at the end of its block, rolled back by an exception.

    Attributes:
        connection: where the handler's own statements go.
        completed: whether the job's success is a part of it.
    """

    def __init__(self, connection: AsyncConnection, job: Job, queue: JobConnections) -> None:
        self.connection = connection
        self.completed = False
        self._job = job
        self._queue = queue

    async def enqueue(
        self,
        task_type: str,
        payload: Any = None,
        *,
        run_at: datetime | None = None,
        queue: str | None = None,
        priority: int | None = None,
        max_attempts: int | None = None,
        dedup_key: str | None = None,
    ) -> int:
        """Add a job in this transaction and return its id.

        Args:    as `Context.enqueue` has them.
        Raises:  TypeError or ValueError for what no job can have; psycopg's errors for what the
            database refuses.
        """
        added = new_job(
            task_type,
            payload,
            run_at=run_at,
            queue=queue,
            priority=priority,
            max_attempts=max_attempts,
            dedup_key=dedup_key,
        )
        return await self._queue.add(self.connection, added)

    async def complete(self, result: Any = None) -> None:
        """Record the job's success in this transaction; what the handler returns is ignored then.

        Raises: LeaseLost when the job is no longer this worker's: let it end the block, and
            nothing of it remains. TypeError or ValueError for a result that is not JSON.
        """
        if self.completed:
            raise SupaopsError(
                "the job is completed already in this transaction", hint="call complete() once"
            )
        text = None if result is None else to_json(result)
        if not await self._queue.succeed(self.connection, self._job, text):
            raise LeaseLost(f"job {self._job.id} is no longer this worker's")
        self.completed = True


@asynccontextmanager
async def completing(
    job: Job, added: list[NewJob], queue: JobConnections
) -> AsyncIterator[Transaction]:
    """Open a transaction; if it completes the job, what was added with that is added in it."""
    async with queue() as connection, connection.transaction():
        transaction = Transaction(connection, job, queue)
        yield transaction
        if transaction.completed:
            for each in added:
                await queue.add(connection, each)
