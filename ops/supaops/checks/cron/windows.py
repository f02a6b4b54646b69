"""How far back the runs of each job are counted."""

from __future__ import annotations

from datetime import datetime, timedelta

from supaops.config.model import Config, CronJob
from supaops.config.ticks import next_ticks
from supaops.db.health.cron import Window

_SHORTEST = timedelta(hours=1)
# A period, and a little more, so that one tick of it is always inside.
_BESIDES = timedelta(minutes=1)


def windows(config: Config, now: datetime) -> dict[str, Window]:
    """Return the windows of the jobs that are declared active, by name.

    An hour or one period of the job, but nothing that `history.cron_runs` may have removed.
    """
    kept = config.history.cron_runs
    longest = timedelta.max if kept is None else kept * 0.9
    return {
        name: Window(min(_length(job, now), longest), job.call == "trigger_worker")
        for name, job in config.cron.jobs.items()
        if job.active
    }


def _length(job: CronJob, now: datetime) -> timedelta:
    ticks = next_ticks(job.schedule, now, 2)
    period = ticks[-1] - ticks[0] if ticks else timedelta()
    return max(_SHORTEST, period + _BESIDES)
