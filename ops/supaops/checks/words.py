"""Spans of time and numbers of things as people read them."""

from __future__ import annotations

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def span(seconds: float) -> str:
    """Return a span in its two largest units: ``2 d 3 h``, ``12 min``, ``4 s``; below one, ms."""
    if 0 < seconds < 0.9995:  # noqa: PLR2004  what rounds to a second is one
        return f"{1000 * seconds:.0f} ms"
    rest, parts = round(seconds), []
    for name, size in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2]) or "0 s"


def number(count: int, noun: str) -> str:
    """Return a number with its noun: ``1 job``, ``2,000 jobs``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
