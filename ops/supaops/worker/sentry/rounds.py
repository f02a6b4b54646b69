"""Look now and then for what nobody tells the worker."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from supaops.cancellation import being_cancelled
from supaops.db.outcomes import CronRun, LostJob, RunsAsked
from supaops.errors import DatabaseError
from supaops.worker.reporter import Ended
from supaops.worker.sentry.checkins import CheckIns

EVERY_S = 20.0
# What ended longer ago is none of now: whoever was not there says nothing of it.
NEWS = timedelta(minutes=5)
_FINAL = frozenset({"succeeded", "failed"})

Look = Callable[[Ended], Awaitable[None]]

log = logging.getLogger("supaops.worker")


class Rounds:
    """Look at several things by turns, until cancelled.

    Args:
        looks: by what each looks at.
        every_s: from one round to the next, in seconds.
    """

    def __init__(self, looks: Mapping[str, Look], *, every_s: float = EVERY_S) -> None:
        self._looks = looks
        self._every_s = every_s
        self._unseen: set[str] = set()

    async def watch(self, ended: Ended) -> None:
        """Look; what cannot be seen is said once, and looked for again."""
        while not being_cancelled():
            for what, look in self._looks.items():
                try:
                    await look(ended)
                    self._unseen.discard(what)
                except DatabaseError as error:
                    self._complain(what, error)
            await asyncio.sleep(self._every_s)

    def _complain(self, what: str, error: DatabaseError) -> None:
        if what not in self._unseen:
            log.warning("%s are not reported to Sentry: %s", what, error)
        self._unseen.add(what)


class Runs:
    """Check in for the runs of pg_cron that no post tells of."""

    def __init__(self, checkins: CheckIns) -> None:
        self._checkins = checkins
        self._after = 0
        self._open: frozenset[int] = frozenset()

    async def look(self, ended: Ended) -> None:
        """Tell what is new, and how those ended that went on.

        Raises: DatabaseError.
        """
        jobs = self._checkins.jobs
        if jobs:
            asked = RunsAsked(jobs, self._after, tuple(self._open), NEWS)
            self._tell(await ended.runs(asked))

    def _tell(self, runs: list[CronRun]) -> None:
        for run in runs:
            self._checkins.run(run)
        # Not the greatest so far: the numbers may have begun anew.
        new = [run.runid for run in runs if run.runid not in self._open]
        self._after = max(new, default=self._after)
        self._open = frozenset(run.runid for run in runs if run.status not in _FINAL)


class Losses:
    """Report the jobs that failed for good because their worker was lost.

    Args:    report: takes each once; neither raises nor waits.
    """

    def __init__(self, report: Callable[[LostJob], None]) -> None:
        self._report = report
        self._told: frozenset[LostJob] = frozenset()

    async def look(self, ended: Ended) -> None:
        """Tell what is new.

        Raises: DatabaseError.
        """
        found = frozenset(await ended.lost(NEWS))
        for job in found - self._told:
            self._report(job)
        self._told = found
