"""Work through a queue without a caller: report what ended and claim what comes, in one call."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterable
from datetime import timedelta

from supaops.cancellation import being_cancelled
from supaops.db.work import Claimed, Job
from supaops.errors import ConnectionFailed, DatabaseError
from supaops.worker.batch import LONGEST_BEAT
from supaops.worker.completion import complete, insist, reports
from supaops.worker.execution import Executor
from supaops.worker.failure import one_line
from supaops.worker.observer import SILENT, Observer
from supaops.worker.outcome import Failed, Outcome
from supaops.worker.queue import Queue
from supaops.worker.tally import Tally

# A job that ended is reported after this, or as soon as a batch has: small reports cost as many
# commits as large ones.
_REPORT_WITHIN_S = 0.005
# Jobs that never wait for anything must let the database's answers, and the heartbeat, have their
# turn: a few hundred microseconds later at most.
_TURN = 20

log = logging.getLogger("supaops.worker")


class Stream:
    """Keep `concurrency` jobs running, and up to two batches claimed.

    While one batch runs the next is being claimed, by the same call that reports the one before:
    one round trip and one commit per batch. Jobs that wait here for a free slot are held under
    their lease, so a large `batch` takes them away from other workers.

    Args:
        concurrency: jobs that run at once.
        batch: jobs claimed and reported at once.
        lease: how long the jobs stay ours without a heartbeat.
        worker: what the jobs' `worker` column shows.
    """

    def __init__(
        self,
        queue: Queue,
        executor: Executor,
        *,
        concurrency: int,
        batch: int,
        lease: timedelta,
        worker: str,
        observer: Observer = SILENT,
    ) -> None:
        self._observer = observer
        self._queue = queue
        self._executor = executor
        self._concurrency = concurrency
        self._batch = batch
        self._lease = lease
        self._worker = worker
        self._arrived: deque[Claimed] = deque()
        self._waiting: deque[Job] = deque()
        self._running: dict[int, asyncio.Task[None]] = {}
        self._ended: list[tuple[Job, Outcome]] = []
        self._held: dict[int, int] = {}
        self._lost: dict[int, frozenset[int]] = {}
        self._unreadable: Exception | None = None
        self._resting: deque[asyncio.Future[None]] = deque()
        self._rousing: asyncio.Handle | None = None
        self._changed = asyncio.Event()
        self.tally = Tally()

    async def drain(self) -> Tally:
        """Work until a claim finds nothing and everything that was claimed has been reported.

        Raises: DatabaseError when a claim fails; ConnectionFailed after a lease's length without
            the database. What runs is cancelled then, and comes back when its lease ends.
        """
        helpers = [asyncio.create_task(self._slot()) for _ in range(self._concurrency)]
        helpers.append(asyncio.create_task(self._keep_alive()))
        try:
            await self._feed()
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
        return self.tally

    async def _feed(self) -> None:
        found = True
        while found or self._held:
            await self._collect(found)
            found = await self._exchange() > 0

    async def _collect(self, more: bool) -> None:  # noqa: FBT001  private, and one call
        """Wait until there is something to report, or room for a batch that may be there."""
        while not (self._unreadable or self._ended or (more and self._room >= self._batch)):
            self._changed.clear()
            await self._changed.wait()
        if self._unreadable:
            raise self._unreadable
        if self._is_behind and len(self._ended) < self._batch and self._room < self._batch:
            await asyncio.sleep(_REPORT_WITHIN_S)

    @property
    def _is_behind(self) -> bool:
        return bool(self._waiting or self._arrived)

    @property
    def _room(self) -> int:
        waiting = sum(map(len, self._arrived)) + len(self._waiting)
        return 2 * self._batch - waiting - len(self._running) - len(self._ended)

    async def _exchange(self) -> int:
        """Report what has ended, claim what there is room for; return how many came."""
        ended, self._ended = self._ended, []
        limit = min(self._batch, self._room)
        try:
            answer = await insist(
                lambda: self._queue.exchange(
                    *reports(ended),
                    limit=limit,
                    worker=self._worker,
                    lease=self._lease,
                ),
                patience=self._lease,
            )
        except ConnectionFailed:
            raise
        except DatabaseError:
            if not ended:
                raise
            await self._report_singly(ended)
            return limit  # nothing was claimed: there may be more
        self._count(ended, answer.refused, answer.statuses)
        return self._accept(answer.jobs)

    async def _report_singly(self, ended: Iterable[tuple[Job, Outcome]]) -> None:
        """Report job by job: one that is refused, such as a result with a NUL, spoils the lot."""
        for job, outcome in ended:
            self.tally.count(await complete(self._queue, job, outcome, lease=self._lease))
            self._release(job)

    def _count(
        self,
        ended: Iterable[tuple[Job, Outcome]],
        refused: frozenset[int],
        statuses: dict[int, str],
    ) -> None:
        for job, outcome in ended:
            if job.id in refused:
                log.warning("job %d: completion refused, its lease was lost", job.id)
                self.tally.refused += 1
            elif isinstance(outcome, Failed):
                log.warning("job %d: %s", job.id, one_line(outcome.error))
                self.tally.count("failed" if statuses.get(job.id) == "failed" else "retried")
            else:
                self.tally.succeeded += 1
            self._release(job)

    def _accept(self, jobs: Claimed) -> int:
        """Hold what came; return how many."""
        count = len(jobs)
        if jobs.lease_id is not None:
            self.tally.claimed += count
            self._held[jobs.lease_id] = count
            self._arrived.append(jobs)
            self._rouse()
        return count

    def _release(self, job: Job) -> None:
        self._held[job.lease_id] -= 1
        if not self._held[job.lease_id]:
            del self._held[job.lease_id]
            self._lost.pop(job.lease_id, None)

    def _is_lost(self, job: Job) -> bool:
        return job.id in self._lost.get(job.lease_id, ())

    async def _slot(self) -> None:
        """Run one job after the other."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  for the type checker: it runs as a task
        turn = 0
        while True:
            job = await self._next()
            if self._is_lost(job):
                self._drop(job)
                self._changed.set()
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
        except Exception as error:  # whatever a row can hold that Python cannot
            self._unreadable = error
            self._changed.set()
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
        all_busy = len(self._running) + len(self._resting) >= self._concurrency
        if self._is_behind and self._resting and all_busy:
            self._resting.popleft().set_result(None)

    async def _run(self, job: Job, slot: asyncio.Task[None]) -> None:
        self._running[job.id] = slot
        if self._rousing is None:
            self._rousing = asyncio.get_running_loop().call_soon(self._rouse)
        try:
            # In two steps: the list may be another one by the time the job has ended.
            outcome = await self._executor.execute(job)
            self._ended.append((job, outcome))
        except asyncio.CancelledError:
            if not self._is_lost(job):
                raise
            slot.uncancel()
            self._drop(job)
        finally:
            del self._running[job.id]
            self._changed.set()

    def _drop(self, job: Job) -> None:
        """Forget a job that its lease no longer holds."""
        self.tally.count("cancelled")
        self._release(job)

    async def _keep_alive(self) -> None:
        while not being_cancelled():
            await asyncio.sleep(min(self._lease / 3, LONGEST_BEAT).total_seconds())
            for lease_id in list(self._held):
                try:
                    lost = await self._queue.heartbeat(lease_id, lease=self._lease)
                except DatabaseError as error:
                    log.warning("lease %d: heartbeat failed: %s", lease_id, error)
                    continue
                self._stop(lease_id, lost)

    def _stop(self, lease_id: int, lost: frozenset[int]) -> None:
        """Cancel the lost jobs that run; those that wait are dropped when it is their turn."""
        if lease_id in self._held:
            self._lost[lease_id] = lost
        for job_id in lost & self._running.keys():
            log.warning("job %d: stopped, its lease was lost", job_id)
            self._running[job_id].cancel()
