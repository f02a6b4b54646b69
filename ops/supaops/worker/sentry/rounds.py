"""Follow the runs of pg_cron that no post tells of."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from supaops.cancellation import being_cancelled
from supaops.db.cron_runs import CronRun, RunsAsked
from supaops.errors import DatabaseError
from supaops.worker.reporter import ReadRuns
from supaops.worker.sentry.checkins import CheckIns

EVERY_S = 20.0
# A run that ended longer ago is none of now: whoever was not there says nothing of it.
NEWS = timedelta(minutes=5)
_FINAL = frozenset({"succeeded", "failed"})

log = logging.getLogger("supaops.worker")


class Rounds:
    """Look at the history of pg_cron now and then, and check in for what is new.

    Args:    every_s: from one look to the next, in seconds.
    """

    def __init__(self, checkins: CheckIns, *, every_s: float = EVERY_S) -> None:
        self._checkins = checkins
        self._every_s = every_s
        self._after = 0
        self._open: frozenset[int] = frozenset()
        self._complained = False

    async def watch(self, read: ReadRuns) -> None:
        """Look until cancelled; a history that cannot be read is said once, and tried again."""
        while self._checkins.jobs and not being_cancelled():
            try:
                self._tell(await read(self._asked))
                self._complained = False
            except DatabaseError as error:
                self._complain(error)
            await asyncio.sleep(self._every_s)

    @property
    def _asked(self) -> RunsAsked:
        return RunsAsked(self._checkins.jobs, self._after, tuple(self._open), NEWS)

    def _tell(self, runs: list[CronRun]) -> None:
        for run in runs:
            self._checkins.run(run)
        # Not the greatest so far: the numbers may have begun anew.
        new = [run.runid for run in runs if run.runid not in self._open]
        self._after = max(new, default=self._after)
        self._open = frozenset(run.runid for run in runs if run.status not in _FINAL)

    def _complain(self, error: DatabaseError) -> None:
        if not self._complained:
            log.warning("runs of cron jobs are not reported to Sentry: %s", error)
        self._complained = True
