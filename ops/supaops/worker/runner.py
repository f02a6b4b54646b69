"""Claim and run jobs within a bound, answer by a deadline, go home in order."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Literal

from supaops.errors import ConnectionFailed, DatabaseError, SupaopsError
from supaops.worker.batch import Batch
from supaops.worker.execution import Executor
from supaops.worker.queue import Queue
from supaops.worker.reporter import Reporter
from supaops.worker.returning import CLEAN_UP_S, GIVE_BACK_S
from supaops.worker.tally import Tally
from supaops.worker.telemetry.observer import SILENT, Observer

OnDeadline = Literal["continue", "give_back"]
# When jobs are given back at the deadline, the last part of the time is for that: a half of it for
# handlers to clean up, and the other for the database.
_GIVE_BACK_SHARE = 0.2

log = logging.getLogger("supaops.worker")

_SLOW = "see what holds the database up: `conn.latency` of `supaops verify`"


class ShuttingDown(SupaopsError):
    """The worker takes no more jobs."""


class Runner:
    """Run claimed jobs, never more than `concurrency` at once in the whole process.

    A job that cannot start at once is not claimed: it stays free for another worker.

    Args:    on_deadline: what becomes of jobs that still run when their report is due.
    """

    def __init__(
        self,
        queue: Queue,
        executor: Executor,
        *,
        concurrency: int,
        lease: timedelta,
        on_deadline: OnDeadline = "continue",
        reporter: Reporter | None = None,
        observer: Observer = SILENT,
    ) -> None:
        self._queue = queue
        self._executor = executor
        self._concurrency = concurrency
        self._lease = lease
        self._on_deadline = on_deadline
        self._reporter = reporter or Reporter()
        self._observer = observer
        self._batches: dict[asyncio.Task[None], Batch] = {}
        self._closing = False

    @property
    def running(self) -> int:
        """Return how many slots are taken: by jobs, or by a claim under way."""
        return sum(batch.held for batch in self._batches.values())

    @property
    def room(self) -> int:
        """Return how many more jobs can start now; a thread left behind still takes up a slot."""
        return self._concurrency - self.running - self._executor.abandoned

    @property
    def task_types(self) -> list[str]:
        """Return the task types that there is a handler for."""
        return self._executor.task_types

    async def confirm(self, dispatch: int, nonce: str, *, within: timedelta) -> bool:
        """Tell whether a post comes from the database whose jobs run here; true once at most.

        Raises: ConnectionFailed or DatabaseError, also when there is no answer within that time.
        """
        try:
            async with asyncio.timeout(within.total_seconds()):
                return await self._queue.confirm(dispatch, nonce)
        except TimeoutError:
            raise ConnectionFailed("the post was not confirmed in time", hint=_SLOW) from None

    async def run(self, limit: int, *, worker: str, within: timedelta) -> Tally:
        """Claim up to `limit` jobs and report on them after `within` at the latest.

        Jobs that need longer go on in the background and are the tally's `running`, or they are
        stopped and given back a little before.

        Raises: ShuttingDown; ConnectionFailed or DatabaseError when the claim failed or is not
            answered yet.
        """
        batch = self._batch(limit, worker)
        if batch is None:
            return Tally()
        task = self._start(batch)
        if self._on_deadline == "continue":
            await asyncio.wait({task}, timeout=within.total_seconds())
        else:
            await self._run_or_give_back(task, batch, within.total_seconds())
        if task.done():
            task.result()  # raises a defect of ours, which must not pass for an empty queue
        return _report(batch)

    async def _run_or_give_back(
        self, task: asyncio.Task[None], batch: Batch, within: float
    ) -> None:
        """Wait for the jobs, then stop them in time; what a claim that is late brings goes on."""
        reserve = within * _GIVE_BACK_SHARE
        await asyncio.wait({task}, timeout=within - reserve)
        if batch.tally and batch.tally.running:
            await batch.give_back(clean_up=reserve / 2, within=reserve / 2)

    async def claim(self, limit: int, *, worker: str) -> int:
        """Claim up to `limit` jobs, leave them running and return how many there are.

        Raises: ShuttingDown; ConnectionFailed or DatabaseError when the claim failed.
        """
        batch = self._batch(limit, worker)
        if batch is None:
            return 0
        self._start(batch)
        await batch.claimed.wait()
        if batch.error:
            raise batch.error
        return batch.tally.claimed if batch.tally else 0

    async def writing_since(self, moment: datetime | None) -> datetime | None:
        """Return `moment`, or now for None, if somebody has been writing to the queue since before.

        Where it cannot be known, such as without the privilege to ask, nobody is waited for.
        """
        try:
            return await self._queue.writing_since(moment)
        except DatabaseError as error:
            log.info("transactions that are writing to the queue cannot be seen: %s", error)
            return None

    async def close(self, *, grace: timedelta) -> None:
        """Stop claiming, wait up to `grace` for running jobs, give the rest back."""
        self._closing = True
        if self._batches:
            log.info("waiting up to %g s for running jobs", grace.total_seconds())
            await asyncio.wait(self._batches, timeout=grace.total_seconds())
        await asyncio.gather(
            *(
                batch.give_back(clean_up=CLEAN_UP_S, within=GIVE_BACK_S)
                for batch in self._batches.values()
            )
        )
        for task in self._batches:
            task.cancel()

    def _batch(self, limit: int, worker: str) -> Batch | None:
        """Return a batch that claims what can start at once; None when nothing can.

        Raises: ShuttingDown.
        """
        if self._closing:
            raise ShuttingDown("the worker is shutting down")
        room = min(limit, self.room)
        if room < 1:
            return None
        return Batch(
            self._queue,
            self._executor,
            limit=room,
            worker=worker,
            lease=self._lease,
            reporter=self._reporter,
            observer=self._observer,
        )

    def _start(self, batch: Batch) -> asyncio.Task[None]:
        task = asyncio.create_task(batch.run())
        self._batches[task] = batch
        task.add_done_callback(self._batches.pop)
        return task


def _report(batch: Batch) -> Tally:
    if batch.error:
        raise batch.error
    if batch.tally is None:
        raise ConnectionFailed(
            "the claim was not answered in time; its jobs will run all the same", hint=_SLOW
        )
    return batch.tally
