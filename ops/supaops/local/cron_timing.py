"""When pg_cron starts a job, pure.

Source: pg_cron 1.6.5, `StartAllPendingRuns`, `StartPendingRuns` and `ShouldRunTask` in
src/pg_cron.c; `cron.timezone` is GMT.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from supaops.config.schedule import Schedule, ScheduleError, parse_schedule
from supaops.config.ticks import runs_on

MINUTE = timedelta(minutes=1)
_SMALL_GAP = 5
_LARGE_GAP = 180
_NEVER = Schedule()


@cache
def schedule_of(text: str) -> Schedule:
    """Parse a schedule; one that pg_cron cannot parse never runs."""
    try:
        return parse_schedule(text)
    except ScheduleError:
        return _NEVER


def minute_of(time: datetime) -> datetime:
    """Return the start of the minute."""
    return time.replace(second=0, microsecond=0)


def interval_is_due(schedule: Schedule, last_start: datetime, now: datetime) -> bool:
    """Tell whether an interval has passed since the job last started."""
    return schedule.seconds is not None and now - last_start >= timedelta(seconds=schedule.seconds)


def runs_due(schedule: Schedule, last_minute: datetime, now: datetime) -> int:
    """Return how many runs fall due after `last_minute` and up to now.

    After a gap of up to five minutes each minute counts. After a longer one, as when a laptop
    slept, a schedule with `*` as minute or hour runs at most once and others make up for each
    minute missed; after more than three hours, only the current minute counts.
    """
    minutes = (now - last_minute) // MINUTE
    if minutes <= 0 or schedule.seconds is not None:
        return 0
    current = minute_of(now)
    if minutes > _LARGE_GAP or (minutes > _SMALL_GAP and schedule.wildcard):
        return int(_fires(schedule, current))
    return sum(_fires(schedule, last_minute + n * MINUTE) for n in range(1, minutes + 1))


def _fires(schedule: Schedule, minute: datetime) -> bool:
    return (
        minute.minute in schedule.minutes
        and minute.hour in schedule.hours
        and runs_on(schedule, minute.date())
    )
