"""What PostgREST's JSON says of times and intervals (pure)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

# The nearest that Python knows to what was written by hand, such as -infinity; as over psycopg.
_EARLIEST = datetime(1, 1, 2, tzinfo=UTC)
_LATEST = datetime(9999, 12, 30, tzinfo=UTC)
_LONGEST = timedelta(days=36_525)

# Of year, month, week, day, hour, minute, second.
_UNITS = (*map(timedelta, (365, 30, 7, 1)), *(timedelta(seconds=n) for n in (3600, 60, 1)))

_NUMBER = r"[+-]?\d+(?:\.\d+)?"
_POSTGRES = re.compile(
    rf"(?:({_NUMBER}) years? ?)?(?:({_NUMBER}) mons? ?)?(?:({_NUMBER}) days? ?)?"
    r"(?:([+-])?(\d+):(\d+):(\d+(?:\.\d+)?))?"
)
_ISO = re.compile(
    rf"P(?:({_NUMBER})Y)?(?:({_NUMBER})M)?(?:({_NUMBER})W)?(?:({_NUMBER})D)?"
    rf"(?:T(?:({_NUMBER})H)?(?:({_NUMBER})M)?(?:({_NUMBER})S)?)?"
)


def moment(text: str) -> datetime:
    """Return a time in UTC; one that Python does not know is the nearest that it does."""
    try:
        return max(_EARLIEST, min(_LATEST, datetime.fromisoformat(text))).astimezone(UTC)
    except (ValueError, OverflowError):
        is_early = text.startswith("-") or text.endswith("BC")
        return _EARLIEST if is_early else _LATEST


def interval(text: str) -> timedelta:
    """Return an interval of style postgres or ISO 8601; a year has 365 days, a month 30.

    Raises: ValueError for another style.
    """
    if found := _POSTGRES.fullmatch(text):
        years, months, days, sign, *clock = found.groups()
        hours, minutes, seconds = (f"{sign or ''}{part}" if part else None for part in clock)
        return _sum(years, months, None, days, hours, minutes, seconds)
    if found := _ISO.fullmatch(text):
        return _sum(*found.groups())
    raise ValueError(f"no interval: {text!r}")


def _sum(*parts: str | None) -> timedelta:
    spans = (float(n or 0) * unit for n, unit in zip(parts, _UNITS, strict=True))
    try:
        return min(_LONGEST, sum(spans, timedelta()))
    except OverflowError:
        return _LONGEST


def as_interval(span: timedelta) -> str:
    """Return an interval as PostgreSQL reads it."""
    return f"{span.total_seconds():.6f} s"
