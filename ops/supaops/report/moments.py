"""Times as people read them. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60))


def utc(moment: datetime) -> str:
    """Return ``2026-01-31 12:30:00 UTC``."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def span(seconds: float) -> str:
    """Return a span of time in the largest unit of which there are two: ``40 min``, ``47 h``."""
    for unit, size in _UNITS:
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago a moment was; what a clock puts into the future is now."""
    return f"{span(max((now - moment).total_seconds(), 0))} ago"
