"""Spans of time as people read them."""

from __future__ import annotations

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def span(seconds: float) -> str:
    """Return a span in its two largest units: ``2 d 3 h``, ``12 min``, ``4 s``; below one, ms."""
    if 0 < seconds < 1:
        return f"{1000 * seconds:.0f} ms"
    rest, parts = round(seconds), []
    for name, size in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2]) or "0 s"
