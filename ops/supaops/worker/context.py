"""What a handler is given beside its payload."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, MutableMapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import datetime
from threading import Event
from typing import Any

from supaops.cancellation import being_cancelled
from supaops.db.connect import AsyncConnection
from supaops.db.effects import JobConnections
from supaops.db.work import Job, NewJob
from supaops.errors import SupaopsError
from supaops.worker.adding import new_job
from supaops.worker.effects import Transaction, completing

Connections = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


class JobLogger(logging.LoggerAdapter[logging.Logger]):
    """Put the job's id, type and attempt before each message and into the record's fields."""

    def __init__(self, job: Job) -> None:
        fields = {"job_id": job.id, "task_type": job.task_type, "attempt": job.attempts}
        super().__init__(logging.getLogger("supaops.worker.job"), fields)
        self._prefix = f"job {job.id} {job.task_type} attempt {job.attempts}"

    def process(
        self, msg: Any, kwargs: MutableMapping[str, Any]
    ) -> tuple[Any, MutableMapping[str, Any]]:
        """Return the prefixed message, and the handler's own fields beside the job's."""
        kwargs["extra"] = {**(kwargs.get("extra") or {}), **(self.extra or {})}
        return f"{self._prefix}: {msg}", kwargs


class Cancelled(Exception):
    """Raised by `Context.raise_if_cancelled`: nobody waits for this attempt any more."""


class Context:
    """One attempt at one job.

    Attributes:
        job: the job's row as it was claimed.
        deadline: when the attempt is cut off (aware, UTC).
        added: jobs that are added if this one succeeds.
        completed: whether a transaction of the handler has recorded the success.
    """

    __slots__ = ("_connections", "_stopped", "added", "completed", "deadline", "job")

    def __init__(
        self,
        job: Job,
        deadline: datetime,
        connections: Connections,
        stopped: Callable[[], bool] = being_cancelled,
    ) -> None:
        self.job = job
        self.deadline = deadline
        self.added: list[NewJob] = []
        self.completed = False
        self._connections = connections
        self._stopped = stopped

    @property
    def job_id(self) -> int:
        """Return the job's id."""
        return self.job.id

    @property
    def attempt(self) -> int:
        """Return which attempt this is, from 1."""
        return self.job.attempts

    @property
    def logger(self) -> JobLogger:
        """Return a logger that names the job; made on demand, since most jobs log nothing."""
        return JobLogger(self.job)

    @property
    def cancelled(self) -> bool:
        """Tell whether to stop: the lease is lost, the timeout is over, or the worker ends.

        A plain function has to ask; an asynchronous one gets `asyncio.CancelledError` as well.
        """
        return self._stopped()

    def raise_if_cancelled(self) -> None:
        """Do nothing while the job is wanted.

        Raises: Cancelled.
        """
        if self.cancelled:
            raise Cancelled("nobody waits for this attempt any more")

    def connection(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Open a connection of the worker's pool for the handler's own statements.

        It is in autocommit mode, with rows as dicts; an asynchronous context manager.

        Raises: SupaopsError where there are none: over the Data API, and in another process.
        """
        return self._connections()

    def enqueue(
        self,
        task_type: str,
        payload: Any = None,
        *,
        run_at: datetime | None = None,
        queue: str | None = None,
        priority: int | None = None,
        max_attempts: int | None = None,
        dedup_key: str | None = None,
    ) -> None:
        """Add a job if this one succeeds, in the same transaction; if it does not, add none.

        Args:    as `job_queue_enqueue` has them; None takes its default. A pydantic model or a
            dataclass is a payload too.
        Raises:  TypeError or ValueError for what no job can have, such as a payload that is not
            JSON or a `run_at` without a time zone; SupaopsError once the job is completed. What
            only the database knows, such as the task types, fails the attempt at its end.
        """
        if self.completed:
            raise SupaopsError(
                "the job is completed already: nothing can be added with it",
                hint="enqueue before context.transaction() completes the job",
            )
        added = new_job(
            task_type,
            payload,
            run_at=run_at,
            queue=queue,
            priority=priority,
            max_attempts=max_attempts,
            dedup_key=dedup_key,
        )
        self.added.append(added)

    @contextmanager
    def in_thread(self) -> Iterator[None]:
        """Tell another thread too, and for good, once the block is cancelled."""
        stop = Event()
        self._stopped = lambda: stop.is_set() or being_cancelled()
        try:
            yield
        except asyncio.CancelledError:
            stop.set()
            raise

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open a transaction that may record the job's success along with its effects.

        Raises: SupaopsError where there are no connections to the database.
        """
        if not isinstance(self._connections, JobConnections):
            raise SupaopsError(
                "context.transaction() needs a connection to the database",
                hint="it works with `worker.transport: psycopg`, on the worker's own event loop; "
                "context.enqueue() works everywhere",
            )
        async with completing(self.job, self.added, self._connections) as transaction:
            yield transaction
        self.completed = self.completed or transaction.completed
