"""Record how a job ended, against a database that may be away for a while."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from typing import TypeVar

from supaops.db.work import Done, Failure, Job
from supaops.errors import ConnectionFailed, DatabaseError
from supaops.worker.failure import storable
from supaops.worker.outcome import Completed, Failed, Outcome, Succeeded
from supaops.worker.queue import Queue
from supaops.worker.tally import Ending
from supaops.worker.telemetry.naming import job_fields

T = TypeVar("T")

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
# A job that succeeded, and failed all the same: what the database said may repeat the result.
REFUSED = Failed("RefusedResult: the database did not take the result")

log = logging.getLogger("supaops.worker")


async def complete(queue: Queue, job: Job, outcome: Outcome, *, lease: timedelta) -> Ending:
    """Record the outcome and return how the job counts.

    While the database is away it tries for a lease's length: after that another worker holds the
    job.
    """
    try:
        return await insist(lambda: _record(queue, job, outcome, lease), patience=lease)
    except DatabaseError as error:
        log.warning(
            "job %d: its end could not be recorded: %s", job.id, error, extra=job_fields(job)
        )
        return "refused"


async def insist(call: Callable[[], Awaitable[T]], *, patience: timedelta) -> T:
    """Repeat `call` after ConnectionFailed, with growing pauses, for as long as `patience`.

    Raises: the last ConnectionFailed.
    """
    clock = asyncio.get_running_loop().time
    end, pause = clock() + patience.total_seconds(), FIRST_PAUSE_S
    while True:
        try:
            return await call()
        except ConnectionFailed:
            if clock() + pause > end:
                raise
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_S)


def reports(ended: Iterable[tuple[Job, Outcome]]) -> tuple[list[Done], list[Failure]]:
    """Return what an exchange reports of these jobs: the successes, and the failures.

    One that its handler has completed is neither.
    """
    done: list[Done] = []
    failed: list[Failure] = []
    for job, end in ended:
        if isinstance(end, Succeeded):
            done.append(Done(job, end.result, end.enqueue))
        elif isinstance(end, Failed):
            failed.append(Failure(job, end.error, end.retry_in, end.discard))
    return done, failed


async def _record(queue: Queue, job: Job, outcome: Outcome, lease: timedelta) -> Ending:
    if isinstance(outcome, Completed):
        return "succeeded"
    try:
        return await _report(queue, job, outcome, lease)
    except ConnectionFailed:
        raise
    except DatabaseError as error:  # such as a result that jsonb cannot hold
        if isinstance(outcome, Failed):
            raise
        what = "the result, or a job added with it," if outcome.enqueue else "the result"
        refusal = Failed(storable(f"{what} was refused: {error.message}"))
        return await _report(queue, job, refusal, lease)


async def _report(queue: Queue, job: Job, outcome: Succeeded | Failed, lease: timedelta) -> Ending:
    answer = await queue.exchange(*reports([(job, outcome)]), limit=0, worker="", lease=lease)
    if job.id in answer.refused:
        log.warning(
            "job %d: completion refused, its lease %d was lost",
            job.id,
            job.lease_id,
            extra=job_fields(job),
        )
        return "refused"
    if isinstance(outcome, Succeeded):
        return "succeeded"
    return "failed" if answer.statuses.get(job.id) == "failed" else "retried"
