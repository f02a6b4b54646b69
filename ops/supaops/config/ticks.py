"""When a schedule next runs.

Source: pg_cron 1.6.5, `ShouldRunTask` in src/pg_cron.c; `cron.timezone` is GMT by default.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile

from supaops.config.schedule import Schedule, parse_schedule

_END_OF_TIME = datetime.max.replace(tzinfo=UTC)
# The calendar repeats after 400 years, but every day, weekday and leap year has met within 28;
# 40 crosses a century without a leap day.
_HORIZON_DAYS = 40 * 366


def next_ticks(schedule: str, after: datetime, count: int) -> list[datetime]:
    """Return the next `count` ticks later than `after`, in UTC; fewer when there are no more.

    Args:    after: aware.
    Raises:  ScheduleError where pg_cron refuses the schedule.
    """
    return list(islice(_ticks(schedule, after), count))


def ticks_between(schedule: str, after: datetime, until: datetime) -> list[datetime]:
    """Return the ticks later than `after`, up to and including `until`, in UTC.

    Args:    after, until: aware.
    Raises:  ScheduleError where pg_cron refuses the schedule.
    """
    return list(takewhile(lambda tick: tick <= until, _ticks(schedule, after)))


def _ticks(schedule: str, after: datetime) -> Iterator[datetime]:
    parsed = parse_schedule(schedule)
    start = after.astimezone(UTC)
    return _interval(parsed.seconds, start) if parsed.seconds else _calendar(parsed, start)


def _interval(seconds: int, start: datetime) -> Iterator[datetime]:
    step, tick = timedelta(seconds=seconds), start.replace(microsecond=0)
    while tick <= _END_OF_TIME - step:
        tick += step
        yield tick


def _calendar(schedule: Schedule, start: datetime) -> Iterator[datetime]:
    hours, minutes = sorted(schedule.hours), sorted(schedule.minutes)
    times = [time(hour, minute, tzinfo=UTC) for hour in hours for minute in minutes]
    first = start.toordinal()
    for ordinal in range(first, min(first + _HORIZON_DAYS, date.max.toordinal() + 1)):
        day = date.fromordinal(ordinal)
        if times and runs_on(schedule, day):
            yield from (tick for at in times if (tick := datetime.combine(day, at)) > start)


def runs_on(schedule: Schedule, day: date) -> bool:
    """Tell whether the schedule's days include `day`."""
    last = schedule.last_day and day.day == monthrange(day.year, day.month)[1]
    by_date = day.day in schedule.days or last
    by_weekday = day.isoweekday() % 7 in schedule.weekdays
    fits = by_date and by_weekday if schedule.both_days else by_date or by_weekday
    return day.month in schedule.months and fits
