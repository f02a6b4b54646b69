"""A schedule in plain words. Pure.

The words are made of what pg_cron reads, field by field, and not of what is written.
cron-descriptor is given plain fields alone and joins none: it reads `*/7`, `$`, or a day of the
month beside a day of the week, otherwise than pg_cron does.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from cron_descriptor import DescriptionTypeEnum, ExpressionDescriptor, Options

from supaops.config.cronfield import Bits
from supaops.config.schedule import Schedule, ScheduleError, parse_schedule
from supaops.config.ticks import next_ticks

_MINUTES, _HOURS = 60, 24
_MOST_TIMES = 6
_SHORTEST_RANGE = 3
_EVERY_DAY, _EVERY_MONTH, _EVERY_WEEKDAY = 31, 12, 7


@lru_cache(maxsize=256)
def in_words(schedule: str) -> str:
    """Return when pg_cron runs a schedule: ``At 03:15, only on Monday``.

    A schedule that pg_cron refuses gives ``Refused by pg_cron`` with its reason.
    """
    try:
        parsed = parse_schedule(schedule)
    except ScheduleError as error:
        return f"Refused by pg_cron: {error}"
    if parsed.seconds:
        return "Every second" if parsed.seconds == 1 else f"Every {parsed.seconds} seconds"
    if parsed.at_start:
        return "Once, when pg_cron's scheduler starts"
    if not next_ticks(schedule, datetime(2000, 1, 1, tzinfo=UTC), 1):
        return "Never"
    return _sentence(parsed)


def _sentence(parsed: Schedule) -> str:
    parts = (_time_of_day(parsed), _days(parsed), _months(parsed.months))
    return ", ".join(filter(None, parts))


def _time_of_day(parsed: Schedule) -> str:
    minutes, hours = sorted(parsed.minutes), sorted(parsed.hours)
    if len(minutes) * len(hours) <= _MOST_TIMES:
        return "At " + _listed([f"{h:02d}:{m:02d}" for h in hours for m in minutes])
    if minutes == [0] and (step := _step(hours, _HOURS)):
        return _full(f"0 {'*' if step == 1 else f'*/{step}'} * * *")
    return _full(f"{_field(minutes, _MINUTES)} * * * *") + _hours(hours, minutes[-1])


def _hours(hours: list[int], last_minute: int) -> str:
    if len(hours) == _HOURS:
        return ""
    if _is_range(hours):
        return f", from {hours[0]:02d}:00 to {hours[-1]:02d}:{last_minute:02d}"
    noun = "hour" if len(hours) == 1 else "hours"
    return f", in the {noun} {_listed([f'{hour:02d}' for hour in hours])}"


def _days(parsed: Schedule) -> str:
    """Return which days; both fields have to fit where one begins with a star, else either does."""
    all_dates = len(parsed.days) == _EVERY_DAY
    all_weekdays = len({day % 7 for day in parsed.weekdays}) == _EVERY_WEEKDAY
    is_restricted = not (all_dates and all_weekdays) if parsed.both_days else not all_dates
    if not is_restricted or (all_weekdays and not parsed.both_days):
        return ""
    by_date = "" if all_dates else _dates(parsed)
    by_weekday = "" if all_weekdays else _weekdays(parsed.weekdays)
    if by_date and by_weekday:
        return f"{by_date}, {'if that falls' if parsed.both_days else 'and'} {by_weekday}"
    return by_date or f"only {by_weekday}"


def _dates(parsed: Schedule) -> str:
    if parsed.last_day:
        return "on the last day of the month"
    days = sorted(parsed.days)
    if _is_range(days):
        return f"on days {days[0]} to {days[-1]} of the month"
    return f"on day{'' if len(days) == 1 else 's'} {_listed(list(map(str, days)))} of the month"


def _weekdays(weekdays: Bits) -> str:
    days = sorted({day % 7 for day in weekdays})
    field = _field(days, _EVERY_WEEKDAY)
    told = _part(f"0 0 * * {field}", DescriptionTypeEnum.DAYOFWEEK)
    return "on " + told.removeprefix("only on ").replace(" through ", " to ")


def _months(months: Bits) -> str:
    if len(months) == _EVERY_MONTH:
        return ""
    told = _part(f"0 0 1 {_field(sorted(months), _EVERY_MONTH)} *", DescriptionTypeEnum.MONTH)
    return "only in " + told.removeprefix("only in ").replace(" through ", " to ")


def _field(values: list[int], size: int) -> str:
    """Return a field of these values that any reader of cron reads alike."""
    step = _step(values, size)
    if step == 1:
        return "*"
    if step and size == _MINUTES:
        return f"*/{step}"
    if _is_range(values):
        return f"{values[0]}-{values[-1]}"
    return ",".join(map(str, values))


def _step(values: list[int], size: int) -> int | None:
    """Return the even step of values that go round from 0; None for others."""
    if size % len(values) or values != list(range(0, size, size // len(values))):
        return None
    return size // len(values) if len(values) > 1 else None


def _is_range(values: list[int]) -> bool:
    is_dense = values == list(range(values[0], values[-1] + 1))
    return len(values) >= _SHORTEST_RANGE and is_dense


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _full(expression: str) -> str:
    return _part(expression, DescriptionTypeEnum.FULL).replace(" through ", " to ")


def _part(expression: str, part: DescriptionTypeEnum) -> str:
    options = Options()
    options.use_24hour_time_format = True
    told: str = ExpressionDescriptor(expression, options).get_description(part)
    return told.removeprefix(", ").replace(", and ", " and ")
