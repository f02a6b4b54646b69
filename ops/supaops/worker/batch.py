"""One claim and its jobs, until each of them has ended."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import timedelta

from supaops.cancellation import being_cancelled
from supaops.db.work import Job
from supaops.errors import DatabaseError
from supaops.worker.completion import REFUSED, complete
from supaops.worker.execution import Executor
from supaops.worker.failure import one_line
from supaops.worker.outcome import Failed, Outcome
from supaops.worker.queue import Queue
from supaops.worker.reporter import Reporter
from supaops.worker.returning import give_back
from supaops.worker.streaming.leases import LONGEST_BEAT
from supaops.worker.tally import Ending, Tally
from supaops.worker.telemetry.naming import job_fields
from supaops.worker.telemetry.observer import SILENT, Observer

log = logging.getLogger("supaops.worker")


class Batch:
    """Claim jobs, run them all at once, keep their lease alive, record each end as it comes.

    Args:
        lease: how long a claim or a heartbeat holds the jobs.
        reporter: is told of failures without retries left, once they are recorded.

    `held` is how many slots the batch takes up: its limit until the claim, then its running jobs.
    `claimed` is set once the claim has come to its end, whichever.
    """

    def __init__(
        self,
        queue: Queue,
        executor: Executor,
        *,
        limit: int,
        worker: str,
        lease: timedelta,
        reporter: Reporter,
        observer: Observer = SILENT,
    ) -> None:
        self._queue = queue
        self._executor = executor
        self._limit = limit
        self._worker = worker
        self._lease = lease
        self._reporter = reporter
        self._observer = observer
        self._executions: dict[int, asyncio.Task[Outcome]] = {}
        self._unfinished: dict[int, Job] = {}
        self._recording: dict[int, asyncio.Task[None]] = {}
        self._closing = False
        self.held = limit
        self.claimed = asyncio.Event()
        self.tally: Tally | None = None
        self.error: DatabaseError | None = None

    async def run(self) -> None:
        """Claim and work; a failed claim is kept in `error`, `tally` is None until the claim."""
        try:
            jobs = await self._claim()
        finally:
            self.claimed.set()
        self.held = len(jobs)
        if not jobs:
            return
        beat = asyncio.create_task(self._keep_alive(jobs[0].lease_id))
        try:
            await asyncio.gather(*map(self._do, jobs))
        finally:
            beat.cancel()

    async def give_back(self, *, clean_up: float, within: float) -> None:
        """Stop what still runs and return it to the queue; what has just ended is recorded.

        Args:
            clean_up: what cancelled handlers get, in seconds.
            within: what the database gets, in seconds.
        """
        self._closing = True
        running = list(self._executions.values())
        for execution in running:
            execution.cancel()
        if running:
            await asyncio.wait(running, timeout=clean_up)
        await asyncio.gather(self._return_the_rest(within), self._record_the_ended(within))

    async def _claim(self) -> list[Job]:
        try:
            asked = time.monotonic()
            answer = await self._queue.exchange(
                [], [], limit=self._limit, worker=self._worker, lease=self._lease
            )
            jobs = await answer.jobs.take(self._limit)
            self._observer.claimed(len(jobs), time.monotonic() - asked)
        except DatabaseError as error:
            self.error = error
            return []
        self._unfinished = {job.id: job for job in jobs}
        self.tally = Tally(claimed=len(jobs))
        return jobs

    async def _do(self, job: Job) -> None:
        execution = asyncio.create_task(self._executor.execute(job))
        self._executions[job.id] = execution
        try:
            await asyncio.wait({execution})
            del self._executions[job.id]
            if not execution.cancelled():
                recording = asyncio.create_task(self._complete(job, execution.result()))
                self._recording[job.id] = recording
                await recording
            elif not self._closing:
                self._count(job, "cancelled")
        finally:
            self._recording.pop(job.id, None)
            self.held -= 1

    async def _complete(self, job: Job, outcome: Outcome) -> None:
        ending = await complete(self._queue, job, outcome, lease=self._lease)
        self._count(job, ending)
        failure = outcome if isinstance(outcome, Failed) else REFUSED
        if isinstance(outcome, Failed):
            log.warning("job %d: %s", job.id, one_line(outcome.error), extra=job_fields(job))
        if ending == "failed":
            self._reporter.failed(job, failure.error, failure.cause)

    def _count(self, job: Job, ending: Ending) -> None:
        if self._unfinished.pop(job.id, None) is None:
            return  # it was given back, and ended all the same
        if self.tally:
            self.tally.count(ending)
        self._observer.ended(job, ending)

    async def _keep_alive(self, lease_id: int) -> None:
        while not being_cancelled():
            await asyncio.sleep(min(self._lease / 3, LONGEST_BEAT).total_seconds())
            try:
                lost = await self._queue.heartbeat(lease_id, lease=self._lease)
            except DatabaseError as error:
                log.warning("lease %d: heartbeat failed: %s", lease_id, error)
                self._observer.heartbeat_failed()
                continue
            self._stop(lost)

    def _stop(self, lost: frozenset[int]) -> None:
        for job_id in lost & self._executions.keys():
            log.warning("job %d: stopped, its lease was lost", job_id)
            self._executions[job_id].cancel()

    async def _record_the_ended(self, within: float) -> None:
        if self._recording:
            await asyncio.wait(self._recording.values(), timeout=within)

    async def _return_the_rest(self, within: float) -> None:
        jobs = [job for job in self._unfinished.values() if job.id not in self._recording]
        returned = await give_back(self._queue, jobs, within=within)
        for job in jobs:
            self._count(job, "given_back" if job.id in returned else "cancelled")
