"""Work through a queue without a caller: report what ended and claim what comes, in one call."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from supaops.db.work import Claimed, Exchanged, Job
from supaops.errors import ConnectionFailed, DatabaseError
from supaops.worker.completion import complete, insist, reports
from supaops.worker.execution import Executor
from supaops.worker.outcome import Outcome
from supaops.worker.queue import Queue
from supaops.worker.reporter import Reporter
from supaops.worker.returning import CLEAN_UP_S, GIVE_BACK_S, give_back
from supaops.worker.streaming.accounts import Accounts
from supaops.worker.streaming.leases import Leases
from supaops.worker.streaming.outage import Outage
from supaops.worker.streaming.pace import Pace, UntilEmpty
from supaops.worker.streaming.rate import Rate
from supaops.worker.streaming.slots import Slots
from supaops.worker.tally import Tally
from supaops.worker.telemetry.observer import SILENT, Observer

# A job that ended is reported after this, or as soon as a batch has: small reports cost as many
# commits as large ones.
_REPORT_WITHIN_S = 0.005
_NOTHING = Exchanged(Claimed([]), frozenset(), {})

log = logging.getLogger("supaops.worker")

Reports = Sequence[tuple[Job, Outcome]]
Call = Callable[[], Awaitable[Exchanged]]
Outlast = Callable[[Call, Reports], Awaitable[Exchanged]]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a stream takes on.

    Attributes:
        concurrency: jobs that run at once.
        batch: jobs claimed and reported at once.
        lease: how long the jobs stay ours without a heartbeat.
        queues: whose jobs are claimed; None for those of every queue.
    """

    concurrency: int
    batch: int
    lease: timedelta
    queues: tuple[str, ...] | None = None


class Stream:
    """Keep `concurrency` jobs running, and claim ahead what will begin within a moment.

    While one batch runs the next is being claimed, by the same call that reports the one before:
    one round trip and one commit per batch. Short jobs are claimed ahead, up to two batches; what
    would have to wait for a slot is left to other workers.

    Args:
        worker: what the jobs' `worker` column shows.
        reporter: is told of failures without retries left, once they are recorded.
        stopped: tells whether nothing may be claimed for now.
    """

    def __init__(
        self,
        queue: Queue,
        executor: Executor,
        bounds: Bounds,
        *,
        worker: str,
        reporter: Reporter | None = None,
        observer: Observer = SILENT,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._queue = queue
        self._executor = executor
        self._bounds = bounds
        self._worker = worker
        self._observer = observer
        self._stopped = stopped
        self._leases = Leases(queue, bounds.lease, self._cancel, observer)
        self._accounts = Accounts(self._leases, reporter or Reporter(), observer)
        self._slots = Slots(
            executor.execute,
            bounds.concurrency,
            is_lost=self._leases.is_lost,
            ended=self._end,
            dropped=self._drop,
        )
        self._ended: list[tuple[Job, Outcome]] = []
        self._pace: Pace = UntilEmpty()
        self._rate = Rate()
        self._closing = False
        self._outage = Outage(self._slots.changed, lambda: self._closing)
        self._given_up: set[int] = set()

    @property
    def tally(self) -> Tally:
        """Return how the jobs ended so far."""
        return self._accounts.tally

    async def drain(self) -> Tally:
        """Work until a claim finds nothing and everything that was claimed has been reported.

        Raises: as `run` does; it gives up after a lease's length without the database.
        """
        pace, patience = UntilEmpty(), self._bounds.lease
        return await self.run(asyncio.Event(), pace=pace, grace=timedelta(), patience=patience)

    async def run(
        self,
        stop: asyncio.Event,
        *,
        pace: Pace,
        grace: timedelta,
        patience: timedelta | None = None,
    ) -> Tally:
        """Work until `stop` is set, or the pace is over.

        What was claimed and has not begun at a stop is given back at once, what still runs after
        `grace` is cancelled and given back.

        Args:    patience: how long to try without the database; None goes on whatever happens.
        Raises:  DatabaseError when a claim fails; ConnectionFailed when patience is over. What runs
            is cancelled then, and comes back when its lease ends.
        """
        self._pace = pace
        outlast = self._endure if patience is None else partial(self._insist, patience)
        async with self._at_work():
            feeding = asyncio.create_task(self._feed(outlast))
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({feeding, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            if not feeding.done():
                await self._close(feeding, grace)
            if feeding.done() and not feeding.cancelled():
                feeding.result()  # raises what has ended it
        return self.tally

    def wake(self) -> None:
        """Look whether there is more to do, or less."""
        self._slots.changed.set()

    @asynccontextmanager
    async def _at_work(self) -> AsyncIterator[None]:
        self._slots.begin()
        beat = asyncio.create_task(self._leases.keep_alive())
        try:
            yield
        finally:
            beat.cancel()
            await self._slots.end(within=CLEAN_UP_S)
            await asyncio.gather(beat, return_exceptions=True)

    async def _feed(self, outlast: Outlast) -> None:
        while not self._is_over:
            await self._collect()
            if self._slots.failure:
                raise self._slots.failure
            if self._ended or self._may_claim:
                await self._exchange(outlast)

    @property
    def _is_over(self) -> bool:
        return not self._leases and (self._closing or self._pace.is_over)

    async def _collect(self) -> None:
        """Wait until there is something to report, or a look for jobs is due."""
        while not (self._ended or self._may_claim or self._is_over or self._slots.failure):
            self._slots.changed.clear()
            alarm = self._set_alarm()
            await self._slots.changed.wait()
            if alarm:
                alarm.cancel()
        is_behind = self._slots.waiting > 0
        if is_behind and len(self._ended) < self._bounds.batch and self._room < self._bounds.batch:
            await asyncio.sleep(_REPORT_WITHIN_S)

    def _set_alarm(self) -> asyncio.TimerHandle | None:
        """Be told when the next look is due, if it could claim anything."""
        pause_s = self._pace.pause_s
        if self._closing or self._room < 1 or math.isinf(pause_s):
            return None
        return asyncio.get_running_loop().call_later(pause_s, self._slots.changed.set)

    @property
    def _may_claim(self) -> bool:
        """Tell whether to claim without a report: a batch, or whatever idle slots can take."""
        if self._closing or self._pace.pause_s > 0:
            return False
        least = self._bounds.batch if self._slots.waiting else 1
        if self._room < least:
            return False
        if self._stopped():
            self._pace.looked(1, 0)
            return False
        return True

    @property
    def _room(self) -> int:
        bounds = self._bounds
        ahead = max(0, min(self._rate.ahead, 2 * bounds.batch - bounds.concurrency))
        taken = self._slots.taken + len(self._ended) + self._executor.abandoned
        return bounds.concurrency + ahead - taken

    async def _exchange(self, outlast: Outlast) -> None:
        """Report what has ended, claim what there is room for."""
        ended, self._ended = self._ended, []
        self._rate.count(len(ended))
        try:
            answer = await outlast(lambda: self._ask(ended), ended)
        except ConnectionFailed:
            raise
        except DatabaseError:
            if not ended:
                raise
            await self._report_singly(ended)
            return
        for job, outcome in ended:
            self._accounts.answered(job, outcome, answer)
        await self._accept(answer.jobs)

    async def _ask(self, ended: Reports) -> Exchanged:
        limit = 0 if self._closing or self._stopped() else min(self._bounds.batch, self._room)
        done, failed = reports(ended)
        asked = time.monotonic()
        answer = await self._queue.exchange(
            done,
            failed,
            limit=max(0, limit),
            worker=self._worker,
            lease=self._bounds.lease,
            queues=self._bounds.queues,
        )
        if limit > 0:
            self._pace.looked(limit, len(answer.jobs))
            self._observer.claimed(len(answer.jobs), time.monotonic() - asked)
        return answer

    async def _insist(self, patience: timedelta, call: Call, _ended: Reports) -> Exchanged:
        return await insist(call, patience=patience)

    async def _endure(self, call: Call, ended: Reports) -> Exchanged:
        return await self._outage.outlast(call, reports=bool(ended)) or _NOTHING

    async def _report_singly(self, ended: Reports) -> None:
        """Report job by job: one that is refused, such as a result with a NUL, spoils the lot."""
        for job, outcome in ended:
            ending = await complete(self._queue, job, outcome, lease=self._bounds.lease)
            self._accounts.settle(job, outcome, ending)

    async def _accept(self, jobs: Claimed) -> None:
        """Hold what came, and run it."""
        if jobs.lease_id is None:
            return
        self._accounts.tally.claimed += len(jobs)
        self._leases.hold(jobs.lease_id, len(jobs))
        self._slots.add(jobs)
        if self._closing:
            await self._give_back(await self._slots.withdraw())

    async def _close(self, feeding: asyncio.Task[None], grace: timedelta) -> None:
        """Claim no more, wait up to `grace` for what runs, report it, give the rest back."""
        self._closing = True
        await self._give_back(await self._slots.withdraw())
        self.wake()
        if self._leases:
            log.info("waiting up to %g s for running jobs", grace.total_seconds())
        await asyncio.wait({feeding}, timeout=grace.total_seconds())
        left = await self._slots.stop(within=CLEAN_UP_S)
        self.wake()
        await asyncio.gather(
            self._give_back(left + await self._slots.withdraw()),
            asyncio.wait({feeding}, timeout=GIVE_BACK_S),
        )
        feeding.cancel()
        await asyncio.wait({feeding}, timeout=GIVE_BACK_S)

    def _cancel(self, job_ids: frozenset[int]) -> None:
        self._slots.cancel(job_ids)

    def _end(self, job: Job, outcome: Outcome) -> None:
        if job.id not in self._given_up:
            self._ended.append((job, outcome))

    def _drop(self, job: Job) -> None:
        if job.id not in self._given_up:
            self._accounts.stopped(job, "cancelled")

    async def _give_back(self, jobs: Sequence[Job]) -> None:
        self._given_up.update(job.id for job in jobs)
        returned = await give_back(self._queue, jobs)
        for job in jobs:
            self._accounts.stopped(job, "given_back" if job.id in returned else "cancelled")
        self.wake()
