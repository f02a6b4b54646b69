"""When a pause is to end, as an operator types it. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from supaops.config.duration import parse_positive_duration
from supaops.config.problem import Complaint
from supaops.errors import UsageError

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_HINT = "such as 2h, 18:00 (UTC) or 2026-12-01T18:00+01:00"


def parse_moment(text: str, now: datetime, option: str) -> datetime:
    """Return the time that ``2h``, ``18:00`` or an ISO time with its zone stands for, in UTC.

    A time of day is the next one, in UTC as cron's are.

    Args:    option: named by the error.
    Raises:  UsageError, also for a time that has passed.
    """
    moment = _time_of_day(text, now) or _iso(text, option) or now + _duration(text, option)
    if moment <= now:
        raise UsageError(f"{moment:%Y-%m-%d %H:%M} UTC has passed", place=option, hint=_HINT)
    return moment


def _time_of_day(text: str, now: datetime) -> datetime | None:
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    today = now.astimezone(UTC).replace(
        hour=int(match[1]), minute=int(match[2]), second=0, microsecond=0
    )
    return today if today > now else today + timedelta(days=1)


def _iso(text: str, option: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        raise UsageError(f"{text} has no zone", place=option, hint=f"add one: {text}Z is UTC")
    return moment.astimezone(UTC)


def _duration(text: str, option: str) -> timedelta:
    try:
        return parse_positive_duration(text)
    except Complaint:
        raise UsageError("expected a time or a duration", place=option, hint=_HINT) from None
