"""How jobs ended, in the log: a line for each, or one for many."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter

from supaops.db.work import Job
from supaops.worker.tally import Ending
from supaops.worker.telemetry.naming import job_fields
from supaops.worker.telemetry.observer import Observer

# A line costs about as much as a job that does nothing, see docs/adr/0031-observability.md.
SUMMARY_S = 10.0

log = logging.getLogger("supaops.worker")


class EachJob(Observer):
    """A line for each job's end, for the worker that gets a few at each tick."""

    def ended(self, job: Job, ending: Ending) -> None:
        """Log it."""
        _tell(logging.INFO, job, ending)


class ManyJobs(Observer):
    """A line for all that ended in some seconds, and at level `debug` one for each."""

    def __init__(self, every_s: float = SUMMARY_S) -> None:
        self._every_s = every_s
        self._counts: Counter[str] = Counter()
        self._timer: asyncio.TimerHandle | None = None
        self._tells_each = log.isEnabledFor(logging.DEBUG)

    def ended(self, job: Job, ending: Ending) -> None:
        """Count it."""
        self._counts[ending] += 1
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._every_s, self.summarize)
        if self._tells_each:
            _tell(logging.DEBUG, job, ending)

    def summarize(self) -> None:
        """Log what has ended since the last time."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._counts:
            told = ", ".join(f"{count} {ending}" for ending, count in self._counts.items())
            log.info("jobs ended: %s", told, extra={**self._counts})
            self._counts.clear()


def _tell(level: int, job: Job, ending: Ending) -> None:
    log.log(
        level,
        "job %d %s attempt %d: %s",
        job.id,
        job.task_type,
        job.attempts,
        ending,
        extra={**job_fields(job), "ending": ending},
    )
