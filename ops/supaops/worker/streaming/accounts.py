"""Keep count of how jobs ended, and tell those who want to know."""

from __future__ import annotations

import logging

from supaops.db.work import Exchanged, Job
from supaops.worker.completion import REFUSED
from supaops.worker.failure import one_line
from supaops.worker.outcome import Failed, Outcome
from supaops.worker.reporter import Reporter
from supaops.worker.streaming.leases import Leases
from supaops.worker.tally import Ending, Tally
from supaops.worker.telemetry.naming import job_fields
from supaops.worker.telemetry.observer import Observer

log = logging.getLogger("supaops.worker")


class Accounts:
    """Settle jobs: count each once, let go of its lease, tell the observer and the reporter."""

    def __init__(self, leases: Leases, reporter: Reporter, observer: Observer) -> None:
        self._leases = leases
        self._reporter = reporter
        self._observer = observer
        self.tally = Tally()

    def answered(self, job: Job, outcome: Outcome, answer: Exchanged) -> None:
        """Settle a job that an exchange has reported."""
        if job.id in answer.refused:
            log.warning(
                "job %d: completion refused, its lease was lost", job.id, extra=job_fields(job)
            )
            self.settle(job, outcome, "refused")
        elif isinstance(outcome, Failed):
            is_final = answer.statuses.get(job.id) == "failed"
            self.settle(job, outcome, "failed" if is_final else "retried")
        else:
            self._close(job, "succeeded")

    def settle(self, job: Job, outcome: Outcome, ending: Ending) -> None:
        """Settle a job that has ended, and tell of it if it went wrong."""
        failure = outcome if isinstance(outcome, Failed) else REFUSED
        if isinstance(outcome, Failed):
            log.warning("job %d: %s", job.id, one_line(outcome.error), extra=job_fields(job))
        if ending == "failed":
            self._reporter.failed(job, failure.error, failure.cause)
        self._close(job, ending)

    def stopped(self, job: Job, ending: Ending) -> None:
        """Settle a job that was stopped, or has never begun."""
        self._close(job, ending)

    def _close(self, job: Job, ending: Ending) -> None:
        self.tally.count(ending)
        self._leases.release(job)
        self._observer.ended(job, ending)
