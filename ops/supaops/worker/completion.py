"""Record how a job ended, against a database that may be away for a while."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from supaops.db.work import Job
from supaops.errors import ConnectionFailed, DatabaseError
from supaops.worker.failure import storable
from supaops.worker.outcome import Completed, Failed, Outcome
from supaops.worker.queue import Queue
from supaops.worker.tally import Ending

T = TypeVar("T")

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
# A job that succeeded, and failed all the same: what the database said may repeat the result.
REFUSED = Failed("RefusedResult: the database did not take the result")

log = logging.getLogger("supaops.worker")


async def complete(queue: Queue, job: Job, outcome: Outcome, *, patience: timedelta) -> Ending:
    """Record the outcome and return how the job counts.

    Args:    patience: how long to try while the database is away; the lease's length, because
                 after it another worker holds the job.
    """
    try:
        return await insist(lambda: _record(queue, job, outcome), patience=patience)
    except DatabaseError as error:
        log.warning("job %d: its end could not be recorded: %s", job.id, error)
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


async def _record(queue: Queue, job: Job, outcome: Outcome) -> Ending:
    if isinstance(outcome, Failed):
        return await _fail(queue, job, outcome.error)
    if isinstance(outcome, Completed):
        return "succeeded"
    try:
        accepted = await queue.mark_succeeded(job, outcome.result)
    except ConnectionFailed:
        raise
    except DatabaseError as error:  # such as a result that jsonb cannot hold
        return await _fail(queue, job, storable(f"the result was refused: {error.message}"))
    return "succeeded" if accepted else _refused(job)


async def _fail(queue: Queue, job: Job, error: str) -> Ending:
    status = await queue.mark_failed(job, error)
    if status is None:
        return _refused(job)
    return "failed" if status == "failed" else "retried"


def _refused(job: Job) -> Ending:
    log.warning("job %d: completion refused, its lease %d was lost", job.id, job.lease_id)
    return "refused"
