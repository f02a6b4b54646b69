"""Who is told of each step of the work: logs, metrics, traces; by default nobody."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from supaops.db.work import Job
from supaops.worker.tally import Ending

_NOTHING = nullcontext()


class Observer:
    """Told of each step, and silent.

    What another one does must neither raise nor wait: every job passes through it.
    """

    def attempt(self, job: Job) -> AbstractContextManager[None]:  # noqa: ARG002  for others
        """Return what surrounds the call of a job's handler, in its task."""
        return _NOTHING

    def claimed(self, count: int, seconds: float) -> None:
        """Take note of a claim that was answered.

        Args:
            count: jobs that came.
            seconds: how long the answer took.
        """

    def ended(self, job: Job, ending: Ending) -> None:
        """Take note of how a job ended, once that is recorded."""


SILENT = Observer()
