"""The schedules of pg_cron 1.6: what it accepts, refuses, and reads otherwise than written.

Source: pg_cron 1.6.5, `parse_cron_entry` in src/entry.c and `TryParseInterval` in
src/job_metadata.c. The parser follows them to the letter, oddities included, because a schedule
means what the server makes of it. Whatever the server misreads is reported in `Schedule.doubt`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from supaops.config.cronfield import (
    DAY,
    HOUR,
    MINUTE,
    MONTH,
    WEEKDAY,
    Bits,
    FieldError,
    ParsedField,
    parse_field,
)
from supaops.config.suggest import did_you_mean

_MAX_BYTES = 999
_MAX_SECONDS = 59
_FIELDS = (MINUTE, HOUR, DAY, MONTH, WEEKDAY)
_SPACE = r"[ \t\n\v\f\r]*"
_SECONDS = re.compile(
    rf"{_SPACE}([+-]?[0-9]+){_SPACE}second(?:s{_SPACE})?", re.ASCII | re.IGNORECASE
)
_SKIPPED = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*")
_SHORTHANDS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
}
# `@yearly` sets month 0, which does not exist, so the job never runs.
_NEVER = frozenset({"@yearly", "@annually"})
_REBOOT = frozenset({"@reboot", "@restart"})
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_SPELLED = re.compile(r"([0-9]{1,6}) *m(?:in(?:utes?)?)?", re.ASCII | re.IGNORECASE)
_EXAMPLE = "write five fields such as */5 * * * *, or 1 to 59 seconds such as 30 seconds"


class ScheduleError(ValueError):
    """pg_cron answers `invalid schedule`; `hint` says what to write instead."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Schedule:
    """When pg_cron runs a job, in UTC.

    Attributes:
        seconds: the interval of a second-level schedule, or None.
        days, weekdays: both must fit when `both_days`, else either will do.
        last_day: the last day of the month counts as one of `days`.
        wildcard: the minutes or hours begin with `*`, which matters after the clock jumped.
        at_start: runs once when the scheduler starts, and never again.
        doubt: what pg_cron makes of it that its author did not mean, else empty; `remedy` helps.
    """

    minutes: Bits = frozenset()
    hours: Bits = frozenset()
    days: Bits = frozenset()
    months: Bits = frozenset()
    weekdays: Bits = frozenset()
    both_days: bool = False
    last_day: bool = False
    wildcard: bool = False
    seconds: int | None = None
    at_start: bool = False
    doubt: str = ""
    remedy: str = ""


@lru_cache(maxsize=1024)  # many jobs have the same, and each is asked for again and again
def parse_schedule(text: str) -> Schedule:
    """Parse a schedule as pg_cron does.

    Raises: ScheduleError where pg_cron refuses it.
    """
    try:
        return _entry(text)
    except ScheduleError:
        match = _SECONDS.fullmatch(text)
        if not match:
            raise
    return _interval(match[1])


def _unsigned(digits: str) -> int:
    """Return what `%u` of scanf makes of `digits` with 64-bit longs: a sign and overflow wrap."""
    number = min(int(digits.lstrip("+-")[:25]), 2**64 - 1)
    return (-number if digits.startswith("-") and number < 2**64 - 1 else number) % 2**32


def _interval(written: str) -> Schedule:
    seconds = _unsigned(written)
    if not 0 < seconds <= _MAX_SECONDS:
        raise ScheduleError(
            f"the interval must be 1 to {_MAX_SECONDS} seconds", hint=_minutes(seconds)
        )
    if written.lstrip("+").lstrip("0") == str(seconds):
        return Schedule(seconds=seconds)
    return Schedule(seconds=seconds, doubt=f"it overflows to {seconds} seconds", remedy=_EXAMPLE)


def _minutes(seconds: int) -> str:
    """Return a five-field schedule that comes nearest to an interval of a minute or more."""
    minutes = round(seconds / 60)
    if not 1 <= minutes < 60:  # noqa: PLR2004  an hour has 60 minutes
        return _EXAMPLE
    return f"write {'*' if minutes == 1 else f'*/{minutes}'} * * * *"


def _entry(text: str) -> Schedule:
    if len(text.encode("utf-8", "surrogatepass")) > _MAX_BYTES or "\0" in text:
        raise ScheduleError(f"expected at most {_MAX_BYTES} bytes", hint=_EXAMPLE)
    body = text[_skipped(text) :]
    if body.startswith("@"):
        return _shorthand(body)
    return _five_fields(body)


def _skipped(text: str) -> int:
    match = _SKIPPED.match(text)
    return match.end() if match else 0


def _shorthand(body: str) -> Schedule:
    word = re.split(r"[ \t\n]", body, maxsplit=1)[0]
    rest = body[len(word) :]
    if word in _REBOOT:
        return Schedule(at_start=True, doubt=_trailing(rest), remedy="remove the rest")
    if word in _NEVER:
        return Schedule(doubt=f"it accepts {word} and never runs it", remedy="write 0 0 1 1 *")
    if word not in _SHORTHANDS:
        known = [*_SHORTHANDS, "@reboot"]
        hint = did_you_mean(word, known, f"known: {', '.join(known)}")
        raise ScheduleError("`@` needs a known word in lower case after it", hint=hint)
    return _five_fields(_SHORTHANDS[word] + (rest if rest.startswith("\n") else f" {rest}"))


def _trailing(rest: str) -> str:
    return "it ignores what follows the last field" if rest.strip() else ""


def _five_fields(body: str) -> Schedule:
    fields: list[ParsedField] = []
    rest = body
    for kind in _FIELDS:
        try:
            parsed = (
                _last_day(rest) if kind is DAY and rest.startswith("$") else parse_field(kind, rest)
            )
        except FieldError as error:
            raise _refusal(body, str(error)) from error
        fields.append(parsed)
        rest = parsed.rest
    doubt = next((field.doubt for field in fields if field.doubt), "") or _trailing(rest)
    return _checked(_combined(fields, doubt))


def _refusal(body: str, cause: str) -> ScheduleError:
    count = len(body.split())
    if spelled := _SPELLED.fullmatch(body.strip()):
        return ScheduleError("it counts seconds only", hint=_minutes(int(spelled[1]) * 60))
    if count < len(_FIELDS):
        return ScheduleError(f"expected five fields, found {count}", hint=_EXAMPLE)
    named = "names have three letters, such as jan or mon"
    return ScheduleError(cause, hint=named if re.search(r"[A-Za-z]{4,}", body) else _EXAMPLE)


def _last_day(text: str) -> ParsedField:
    if not re.match(r"\$[ \t]", text):
        raise FieldError("`$`, the last day of the month, must stand alone in its field")
    return ParsedField(frozenset(), text[1:].lstrip(" \t"), last_day=True)


def _combined(fields: list[ParsedField], doubt: str) -> Schedule:
    minute, hour, day, month, weekday = fields
    weekdays = weekday.bits | ({0, 7} if {0, 7} & weekday.bits else set())
    return Schedule(
        minutes=minute.bits,
        hours=hour.bits,
        days=day.bits,
        months=month.bits,
        weekdays=weekdays,
        both_days=day.starred or weekday.starred,
        last_day=day.last_day,
        wildcard=minute.starred or hour.starred,
        doubt=doubt,
        remedy=_EXAMPLE if doubt else "",
    )


def _checked(schedule: Schedule) -> Schedule:
    if schedule.doubt or _can_run(schedule):
        return schedule
    return replace(schedule, doubt="it never runs", remedy="name a day that the month has")


def _can_run(schedule: Schedule) -> bool:
    if not schedule.both_days or schedule.last_day:
        return True
    return any(min(schedule.days) <= _MONTH_DAYS[month - 1] for month in schedule.months)
