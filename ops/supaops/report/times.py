"""Times and ages as people read them. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_UNITS = (
    (timedelta(days=1), "d"),
    (timedelta(hours=1), "h"),
    (timedelta(minutes=1), "m"),
    (timedelta(seconds=1), "s"),
)


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
