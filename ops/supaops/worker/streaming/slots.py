"""Run claimed jobs, a bounded number at once, as cheaply as that can be done."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from supaops.db.work import Claimed, Job
from supaops.worker.outcome import Outcome

# Jobs that never wait for anything must let the database's answers, and the heartbeat, have their
# turn: a few hundred microseconds later at most.
_TURN = 20

log = logging.getLogger("supaops.worker")


class Slots:
    """Run one job after the other in each slot.

    `changed` is set whenever a job has ended, and `failure` is what ended it all.

    Args:
        size: how many jobs run at once.
        is_lost: tells whether a job is no longer ours.
        ended: takes each job and how it ended.
        dropped: takes each job that was stopped, or never begun, because it was lost.
    """

    def __init__(
        self,
        execute: Callable[[Job], Coroutine[Any, Any, Outcome]],
        size: int,
        *,
        is_lost: Callable[[Job], bool],
        ended: Callable[[Job, Outcome], None],
        dropped: Callable[[Job], None],
    ) -> None:
        self._execute = execute
        self._size = size
        self._is_lost = is_lost
        self._ended = ended
        self._dropped = dropped
        self._tasks: list[asyncio.Task[None]] = []
        self._arrived: deque[Claimed] = deque()
        self._waiting: deque[Job] = deque()
        self._running: dict[int, tuple[Job, asyncio.Task[None]]] = {}
        self._stopped: list[Job] = []
        self._resting: deque[asyncio.Future[None]] = deque()
        self._rousing: asyncio.Handle | None = None
        self._closing = False
        self.changed = asyncio.Event()
        self.failure: Exception | None = None

    @property
    def waiting(self) -> int:
        """Return how many jobs have not begun."""
        return sum(map(len, self._arrived)) + len(self._waiting)

    @property
    def taken(self) -> int:
        """Return how many jobs wait or run."""
        return self.waiting + len(self._running)

    def begin(self) -> None:
        """Let the slots work."""
        self._tasks = [asyncio.create_task(self._slot()) for _ in range(self._size)]

    async def end(self, *, within: float) -> None:
        """Cancel whatever still runs, and wait so many seconds for it at most."""
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks, timeout=within)

    def add(self, jobs: Claimed) -> None:
        """Run these too."""
        self._arrived.append(jobs)
        self._rouse()

    def cancel(self, job_ids: frozenset[int]) -> None:
        """Cancel the lost jobs that run; those that wait are dropped when it is their turn."""
        for job_id in job_ids & self._running.keys():
            log.warning("job %d: stopped, its lease was lost", job_id)
            self._running[job_id][1].cancel()

    async def withdraw(self) -> list[Job]:
        """Begin no more jobs, and return those that have not begun."""
        self._closing = True
        jobs = [*self._waiting]
        self._waiting.clear()
        while self._arrived:
            claimed = self._arrived.popleft()
            jobs += await claimed.take(len(claimed))
        return jobs

    async def stop(self, *, within: float) -> list[Job]:
        """Cancel what runs and return what has not ended by itself; `within` is in seconds."""
        running = [task for _, task in self._running.values()]
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running, timeout=within)
        return self._stopped + [job for job, _ in self._running.values()]

    async def _slot(self) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  for the type checker: it runs as a task
        turn = 0
        while not self._closing:
            job = await self._next()
            if self._is_lost(job):
                self._dropped(job)
                self.changed.set()
            else:
                await self._run(job, task)
            turn += 1
            if turn % _TURN == 0:
                await asyncio.sleep(0)

    async def _next(self) -> Job:
        while not self._waiting:
            if self._arrived:
                await self._make_some(self._arrived[0])
            else:
                await self._rest()
        return self._waiting.popleft()

    async def _make_some(self, jobs: Claimed) -> None:
        if len(jobs) <= _TURN:
            self._arrived.popleft()
        try:
            self._waiting.extend(await jobs.take(_TURN))
        except Exception as error:  # a defect: what came cannot be told
            self.failure = error
            self.changed.set()
            await self._rest()

    async def _rest(self) -> None:
        place = asyncio.get_running_loop().create_future()
        self._resting.append(place)
        await place

    def _rouse(self) -> None:
        """Let one more slot begin, if all that are awake are in the midst of a job.

        Each job that begins asks for this in the next turn of the loop. Jobs that wait for nothing
        are over by then, and one slot does them all: others would only keep the loop from the
        database.
        """
        self._rousing = None
        all_busy = len(self._running) + len(self._resting) >= self._size
        if self._resting and all_busy and (self._waiting or self._arrived):
            self._resting.popleft().set_result(None)

    async def _run(self, job: Job, slot: asyncio.Task[None]) -> None:
        self._running[job.id] = job, slot
        if self._rousing is None:
            self._rousing = asyncio.get_running_loop().call_soon(self._rouse)
        try:
            self._ended(job, await self._execute(job))
            if slot.cancelling():
                self._forget_the_cancelling(slot)
        except asyncio.CancelledError:
            self._stop_one(job, slot)
        finally:
            del self._running[job.id]
            self.changed.set()

    def _forget_the_cancelling(self, slot: asyncio.Task[None]) -> None:
        """Begin the next job anew: a handler may have swallowed what cancelled it."""
        while not self._closing and slot.cancelling():
            slot.uncancel()

    def _stop_one(self, job: Job, slot: asyncio.Task[None]) -> None:
        """Drop a job that is lost, or end with it.

        Raises: asyncio.CancelledError.
        """
        if not self._is_lost(job):
            self._stopped.append(job)
            raise asyncio.CancelledError
        slot.uncancel()
        self._dropped(job)
