"""One attempt at one job: find its handler, run it within its timeout, say how it ended."""

from __future__ import annotations

import asyncio
import inspect
import json
from typing import Any

from supaops.cancellation import being_cancelled
from supaops.clock import Clock, utc_now
from supaops.db.work import Job, Unreadable
from supaops.worker.context import Connections, Context
from supaops.worker.deadlines import Deadlines
from supaops.worker.failure import describe_failure
from supaops.worker.handlers import Handler, Handlers
from supaops.worker.observer import SILENT, Observer
from supaops.worker.outcome import Failed, Outcome, Succeeded
from supaops.worker.threads import Threads


class Executor:
    """Run jobs through their handlers.

    Args:
        connections: what `Context.connection` opens.
        observer: surrounds each call of a handler.
    """

    def __init__(
        self,
        handlers: Handlers,
        connections: Connections,
        *,
        clock: Clock = utc_now,
        observer: Observer = SILENT,
    ) -> None:
        self._observer = observer
        self._handlers = handlers
        self._connections = connections
        self._clock = clock
        self._threads = Threads()
        self._deadlines = Deadlines()

    @property
    def abandoned(self) -> int:
        """Return how many threads still run for jobs that have already ended."""
        return self._threads.abandoned

    @property
    def task_types(self) -> list[str]:
        """Return the task types that there is a handler for."""
        return [handler.task_type for handler in self._handlers]

    async def execute(self, job: Job) -> Outcome:
        """Run one job; what goes wrong in it is a `Failed`, whatever it is.

        Raises: asyncio.CancelledError when the caller cancels, and for no other reason.
        """
        handler = self._handlers.get(job.task_type)
        if handler is None:
            return Failed(
                f"UnknownTaskType: this worker has no handler for task type {job.task_type!r}"
            )
        if isinstance(job.payload, Unreadable):
            return Failed(f"UnreadablePayload: {job.payload.reason}", discard=True)
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  for the type checker: a coroutine runs in a task
        self._deadlines.begin(task, job.timeout.total_seconds())
        try:
            result = await self._call(handler, job)
        except asyncio.CancelledError as error:
            cut_off = self._deadlines.end(task)
            if being_cancelled():
                raise
            return Failed(_timed_out(job)) if cut_off else _failed(error)
        except BaseException as error:  # even SystemExit must end one job only
            self._deadlines.end(task)
            return _failed(error)
        self._deadlines.end(task)
        return _encoded(result)

    async def _call(self, handler: Handler, job: Job) -> Any:
        context = Context(job, self._clock() + job.timeout, self._connections)
        with self._observer.attempt(job):
            if handler.is_async:
                return await handler.function(context, job.payload)
            result = await self._threads.run(handler.function, context, job.payload)
            return await result if inspect.isawaitable(result) else result


def _encoded(result: Any) -> Outcome:
    if result is None:
        return Succeeded(None)
    try:
        return Succeeded(json.dumps(result, allow_nan=False))
    except BaseException as error:  # whatever an object's own methods raise
        return _failed(error)


def _failed(error: BaseException) -> Failed:
    return Failed(describe_failure(error), error)


def _timed_out(job: Job) -> str:
    return f"TimeoutError: cut off after its timeout of {job.timeout.total_seconds():g} s"
