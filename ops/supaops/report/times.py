"""Times and ages as people read them. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_UNITS = (
    (timedelta(days=1), "d"),
    (timedelta(hours=1), "h"),
    (timedelta(minutes=1), "m"),
    (timedelta(seconds=1), "s"),
)
_LONG_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60))


def utc(moment: datetime) -> str:
    """Return a time such as ``2026-11-27 18:00:00 UTC``."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def distance(moment: datetime, now: datetime) -> str:
    """Return ``3h ago`` or ``in 5m``: the whole units of the largest that fits."""
    length = abs(moment - now)
    unit, letter = next((each for each in _UNITS if length >= each[0]), _UNITS[-1])
    amount = f"{length // unit}{letter}"
    return f"in {amount}" if moment > now else f"{amount} ago"


def iso(moment: datetime | None) -> str | None:
    """Return a time as ISO 8601 in UTC, for programs."""
    return moment.astimezone(UTC).isoformat() if moment else None


def span(seconds: float) -> str:
    """Return a span of time in the largest unit of which there are two: ``40 min``, ``47 h``."""
    for name, size in _LONG_UNITS:
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} s"


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago a moment was; what a clock puts into the future is now."""
    return f"{span(max((now - moment).total_seconds(), 0))} ago"
