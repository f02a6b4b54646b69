"""A worker without HTTP: a stream from its start to its stop, and what goes on beside it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from supaops.worker.builtin import with_builtin
from supaops.worker.execution import Executor
from supaops.worker.executors.engines import Engines
from supaops.worker.handlers import Handlers
from supaops.worker.label import DISABLED, is_disabled, worker_label
from supaops.worker.registration import Registration
from supaops.worker.reporter import Reporter
from supaops.worker.streaming.pace import Lasting, UntilEmpty
from supaops.worker.streaming.stream import Bounds, Stream
from supaops.worker.tally import Tally
from supaops.worker.telemetry.observer import SILENT, Observer
from supaops.worker.transport import Transport

SUPERVISOR = "SUPAOPS_SUPERVISOR"
"""The variable that tells a process of several whose child it is."""
_ORPHANED_EVERY_S = 1.0

log = logging.getLogger("supaops.worker")


@dataclass(frozen=True, slots=True)
class Duty:
    """What a worker has to do.

    Attributes:
        interval: how long one wake-up stands for all new jobs; 0 when nothing wakes it.
        poll: how often it looks when it is idle and nothing wakes it.
        grace: what running jobs get at a stop before they are given back.
        until_empty: whether it ends when there is no job left that is ready.
    """

    bounds: Bounds
    interval: timedelta
    poll: timedelta
    grace: timedelta
    until_empty: bool = False


@dataclass(frozen=True, slots=True)
class Drained:
    """What became of the jobs, and how long that took in seconds."""

    tally: Tally
    seconds: float


class LastingWorker:
    """Work until a signal comes, or until the queue is empty.

    Args:
        transport: the way to the queue; opened and closed with it.
        handlers: supaops' own are added to them.
        engines: what runs handlers in other processes; closed with the worker.
        reporter: is told of failures without retries left; by default nobody.
        environ: read again and again, so that a test may change it.
    Raises: SupaopsError when `handlers` has one for a task type of supaops' own.
    """

    def __init__(
        self,
        transport: Transport,
        handlers: Handlers,
        duty: Duty,
        *,
        engines: Engines | None = None,
        reporter: Reporter | None = None,
        observer: Observer = SILENT,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._transport = transport
        self._duty = duty
        self._reporter = reporter or Reporter()
        self._observer = observer
        self._environ = environ
        executor = Executor(
            with_builtin(handlers), transport.connection, observer=observer, engines=engines
        )
        self._executor = executor
        self._pace = Lasting(interval=duty.interval, poll=duty.poll)
        self._stream = Stream(
            transport.queue,
            executor,
            duty.bounds,
            worker=worker_label(),
            reporter=self._reporter,
            observer=observer,
            stopped=lambda: is_disabled(environ),
        )
        self._registration = Registration(
            transport.queue,
            "worker",
            executor.task_types,
            concurrency=duty.bounds.concurrency,
            queues=duty.bounds.queues,
        )
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """Claim no more, and end in order; a second time changes nothing."""
        if not self._stop.is_set():
            log.info("stopping")
            self._observer.stopping()
        self._stop.set()

    async def run(self) -> Drained:
        """Work, and return what became of the jobs.

        Raises: DatabaseError when it was to empty the queue and could not claim.
        """
        self._observer.started()
        if is_disabled(self._environ):
            log.warning("%s is set: nothing is claimed", DISABLED)
        async with self._transport, aclosing(self._executor):
            async with self._beside():
                self._observer.ready()
                started = time.monotonic()
                tally = await self._work()
                drained = Drained(tally, time.monotonic() - started)
            await self._registration.forget()  # once nothing registers it any more
        await self._reporter.close()
        return drained

    async def _work(self) -> Tally:
        duty = self._duty
        if duty.until_empty:
            return await self._stream.run(
                self._stop, pace=UntilEmpty(), grace=duty.grace, patience=duty.bounds.lease
            )
        return await self._stream.run(self._stop, pace=self._pace, grace=duty.grace)

    @asynccontextmanager
    async def _beside(self) -> AsyncIterator[None]:
        """Register, listen and look for what the reporter wants, while the block runs."""
        asides: list[Awaitable[None]] = [self._registration.keep(), self._follow_supervisor()]
        if not self._duty.until_empty:
            asides.append(self._transport.wakeups(self._wake))
        if self._transport.ended is not None:
            asides.append(self._reporter.watch(self._transport.ended))
        tasks = [asyncio.create_task(_aside(each)) for each in asides]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _wake(self) -> None:
        self._pace.wake()
        self._stream.wake()

    async def _follow_supervisor(self) -> None:
        """Stop when the process that has started this one is gone."""
        supervisor = self._environ.get(SUPERVISOR)
        while supervisor and os.getppid() == int(supervisor):
            await asyncio.sleep(_ORPHANED_EVERY_S)
        if supervisor:
            log.warning("the supervisor is gone")
            self.stop()


async def _aside(call: Awaitable[None]) -> None:
    """Let a defect beside the work be seen, and end no work."""
    try:
        await call
    except Exception:
        log.exception("a defect of supaops")


def run_worker(worker: LastingWorker) -> Drained:
    """Work until SIGTERM or SIGINT.

    The event loop is left as it is when a handler ignores that it was cancelled: `asyncio.run`
    would wait for it for ever.

    Raises: DatabaseError when it was to empty the queue and could not claim.
    """
    loop = asyncio.new_event_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.stop)
    try:
        return loop.run_until_complete(worker.run())
    finally:
        if left := asyncio.all_tasks(loop):
            log.warning("%d jobs ignore that they were cancelled; they end here", len(left))
        else:
            loop.close()
