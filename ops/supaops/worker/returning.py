"""Give unfinished jobs back to the queue, against a database that may not answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter

from supaops.db.work import Job
from supaops.errors import DatabaseError
from supaops.worker.queue import Queue

# What a handler gets to clean up after it was cancelled.
CLEAN_UP_S = 1.0
# What the database gets to take the jobs back; they come back by themselves when their lease ends.
GIVE_BACK_S = 2.0

log = logging.getLogger("supaops.worker")

_lease_of = attrgetter("lease_id")


async def give_back(
    queue: Queue, jobs: Iterable[Job], *, within: float = GIVE_BACK_S
) -> frozenset[int]:
    """Return jobs at once, and the ids of those that were ours to return; `within` is in seconds.

    Those of a lease that could not be returned wait for its end, which is logged.
    """
    by_lease = groupby(sorted(jobs, key=_lease_of), _lease_of)
    calls = [
        _return(queue, lease_id, [job.id for job in them], within) for lease_id, them in by_lease
    ]
    return frozenset().union(*await asyncio.gather(*calls))


async def _return(
    queue: Queue, lease_id: int, job_ids: Sequence[int], within: float
) -> frozenset[int]:
    try:
        async with asyncio.timeout(within):
            return await queue.give_back(lease_id, job_ids)
    except (DatabaseError, TimeoutError) as error:
        log.warning("lease %d: not given back, it has to run out: %s", lease_id, error)
        return frozenset()
