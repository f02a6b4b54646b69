"""Who is told how the worker fares; without a DSN of Sentry, nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Protocol

from supaops.db.outcomes import CronRun, LostJob, RunsAsked
from supaops.db.work import Job


class Ended(Protocol):
    """What ended without the worker's doing; see `supaops.db.outcomes.Outcomes`."""

    async def runs(self, asked: RunsAsked) -> list[CronRun]:
        """Return runs of cron jobs, the oldest first."""

    async def lost(self, within: timedelta) -> list[LostJob]:
        """Return jobs that failed for good with their worker."""


class Reporter:
    """Report to nobody.

    What another one does must neither raise nor wait: a job's end, and an answer, depend on it.

    Args:    reason: why there are no reports, where there should be.
    """

    def __init__(self, reason: str | None = None) -> None:
        self._reason = reason

    def failed(self, job: Job, error: str, cause: BaseException | None) -> None:
        """Take note of a failure after which the job is not tried again.

        Args:
            error: what `last_error` says.
            cause: what the handler raised; None for a failure that is not the handler's.
        """

    def posted(self, dispatch: str | None, *, served: bool) -> None:
        """Take note of a post that was answered.

        Args:
            dispatch: the post's number; None for one by hand.
            served: whether jobs could be claimed.
        """

    async def watch(self, ended: Ended) -> None:
        """Follow what ends elsewhere until cancelled."""

    async def close(self) -> None:
        """Send what waits, for a moment."""

    def describe(self) -> dict[str, Any]:
        """Return what the worker tells of its reports."""
        return {"enabled": False, "dropped": 0, "last_error": self._reason}
