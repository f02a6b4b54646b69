"""One attempt at one job: find its handler, run it within its timeout, say how it ended."""

from __future__ import annotations

import asyncio
import inspect
import logging
from typing import Any

from supaops.cancellation import being_cancelled
from supaops.clock import Clock, utc_now
from supaops.db.work import Job, Unreadable
from supaops.traceparent import current_traceparent
from supaops.worker.context import Connections, Context
from supaops.worker.deadlines import Deadlines
from supaops.worker.endings import AttemptFailed, Ended, failed, succeeded, timed_out
from supaops.worker.executors.call import Call
from supaops.worker.executors.engines import Engines
from supaops.worker.failure import one_line
from supaops.worker.handlers import Handler, Handlers, Where
from supaops.worker.outcome import Completed, Failed, Outcome
from supaops.worker.telemetry.observer import SILENT, Observer
from supaops.worker.threads import Threads

log = logging.getLogger("supaops.worker")


class Executor:
    """Run jobs through their handlers.

    Args:
        connections: what `Context.connection` opens.
        observer: surrounds each call of a handler.
        engines: run the handlers that ask for another process; closed with `aclose`.
    Raises: SupaopsError for a handler that cannot run where it asks to.
    """

    def __init__(
        self,
        handlers: Handlers,
        connections: Connections,
        *,
        clock: Clock = utc_now,
        observer: Observer = SILENT,
        engines: Engines | None = None,
    ) -> None:
        self._observer = observer
        self._handlers = handlers
        self._connections = connections
        self._clock = clock
        self._threads = Threads()
        self._deadlines = Deadlines()
        self._engines = engines or Engines()
        self._engines.prepare(handlers)

    async def aclose(self) -> None:
        """End what runs handlers elsewhere."""
        await self._engines.close()

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
        context = Context(job, self._clock() + job.timeout, self._connections)
        outcome = await self._attempt(handler, context)
        return _completed(job, outcome) if context.completed else outcome

    async def _attempt(self, handler: Handler, context: Context) -> Ended:
        job, task = context.job, asyncio.current_task()
        assert task is not None  # noqa: S101  for the type checker: a coroutine runs in a task
        self._deadlines.begin(task, job.timeout.total_seconds())
        try:
            ended = await self._call(handler, context)
        except asyncio.CancelledError as error:
            cut_off = self._deadlines.end(task)
            if being_cancelled():
                raise
            return timed_out(job) if cut_off else failed(error)
        except BaseException as error:  # even SystemExit must end one job only
            self._deadlines.end(task)
            return failed(error)
        self._deadlines.end(task)
        return ended

    async def _call(self, handler: Handler, context: Context) -> Ended:
        job, where = context.job, handler.executor or self._engines.default
        with self._observer.attempt(job):
            payload = handler.accept(job.payload) if handler.accept else job.payload
            if where != "thread":
                return await self._elsewhere(where, handler, context, payload)
            if handler.is_async:
                result = await handler.function(context, payload)
            else:
                result = await self._in_thread(handler, context, payload)
        return succeeded(result, context.added)

    async def _in_thread(self, handler: Handler, context: Context, payload: Any) -> Any:
        with context.in_thread():
            result = await self._threads.run(handler.function, context, payload)
        return await result if inspect.isawaitable(result) else result

    async def _elsewhere(
        self, where: Where, handler: Handler, context: Context, payload: Any
    ) -> Ended:
        trace = current_traceparent()
        call = Call(handler.function, context.job, context.deadline, payload, trace)
        ended = await self._engines.of(where).run(call)
        if isinstance(ended, Failed):
            raise AttemptFailed(ended) from ended.cause  # for whoever observes the attempt
        return ended


def _completed(job: Job, outcome: Ended) -> Completed:
    if isinstance(outcome, Failed):
        log.warning("job %d: failed after it had completed: %s", job.id, one_line(outcome.error))
    return Completed()
