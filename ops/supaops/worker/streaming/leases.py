"""The leases that a worker holds jobs under, and what they no longer hold."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

from supaops.cancellation import being_cancelled
from supaops.db.work import Job
from supaops.errors import DatabaseError
from supaops.worker.queue import Queue
from supaops.worker.telemetry.observer import SILENT, Observer

# A job cancelled by an operator should stop soon even under a long lease.
LONGEST_BEAT = timedelta(seconds=10)

log = logging.getLogger("supaops.worker")


class Leases:
    """Count the jobs under each lease and keep it alive.

    Args:
        length: how long a heartbeat holds the jobs.
        stop: is given the ids of jobs that a lease no longer holds.
    """

    def __init__(
        self,
        queue: Queue,
        length: timedelta,
        stop: Callable[[frozenset[int]], None],
        observer: Observer = SILENT,
    ) -> None:
        self._queue = queue
        self._length = length
        self._stop = stop
        self._observer = observer
        self._held: dict[int, int] = {}
        self._lost: dict[int, frozenset[int]] = {}
        self._beats_fail = False

    def __bool__(self) -> bool:
        """Tell whether any job is held."""
        return bool(self._held)

    def hold(self, lease_id: int, count: int) -> None:
        """Take note of the jobs of a claim."""
        self._held[lease_id] = count

    def release(self, job: Job) -> None:
        """Take note that a job is no longer ours to report."""
        self._held[job.lease_id] -= 1
        if not self._held[job.lease_id]:
            del self._held[job.lease_id]
            self._lost.pop(job.lease_id, None)

    def is_lost(self, job: Job) -> bool:
        """Tell whether a job's lease no longer holds it, as far as is known."""
        return job.id in self._lost.get(job.lease_id, ())

    async def keep_alive(self) -> None:
        """Extend every lease again and again, until cancelled."""
        while not being_cancelled():
            await asyncio.sleep(min(self._length / 3, LONGEST_BEAT).total_seconds())
            for lease_id in list(self._held):
                await self._beat(lease_id)

    async def _beat(self, lease_id: int) -> None:
        try:
            lost = await self._queue.heartbeat(lease_id, lease=self._length)
        except DatabaseError as error:
            self._observer.heartbeat_failed()
            level = logging.DEBUG if self._beats_fail else logging.WARNING  # once per outage
            log.log(level, "lease %d: heartbeat failed: %s", lease_id, error)
            self._beats_fail = True
            return
        self._beats_fail = False
        if lease_id in self._held:
            self._lost[lease_id] = lost
        self._stop(lost)
