"""Durations: ``14d``, ``1h30m``, ``250ms``."""

from __future__ import annotations

import re
from datetime import timedelta

from supaops.config.problem import Complaint
from supaops.config.scalars import is_sexagesimal

_PARTS = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?", re.ASCII)
_SPELLED = re.compile(r"(\d+) *(ms|s|m|h|d)[a-z]*", re.ASCII | re.IGNORECASE)
_MS = timedelta(milliseconds=1)
_UNITS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": _MS,
}
_EXPECTED = "expected a duration such as 250ms, 30s, 1h30m or 14d"
_MAX_DIGITS = 12
LONGEST = timedelta(days=3650)
SHORTEST_WAKE = timedelta(milliseconds=100)
LONGEST_WAKE = timedelta(seconds=60)


def parse_duration(value: object) -> timedelta:
    """Parse a duration of at most ten years; units from large to small, each at most once.

    Raises: Complaint.
    """
    if isinstance(value, timedelta):
        return value
    match = _PARTS.fullmatch(value) if isinstance(value, str) and value else None
    if match is None:
        raise Complaint(_EXPECTED, hint=_remedy(value))
    if max(len(part or "") for part in match.groups()) > _MAX_DIGITS:
        raise Complaint("expected at most 3650d")
    amounts = (int(part or 0) for part in match.groups())
    # In whole milliseconds, for a timedelta overflows before it can be compared.
    total = sum(n * (unit // _MS) for n, unit in zip(amounts, _UNITS.values(), strict=True))
    if total > LONGEST // _MS:
        raise Complaint("expected at most 3650d")
    return total * _MS


def parse_positive_duration(value: object) -> timedelta:
    """Parse a duration longer than zero.

    Raises: Complaint.
    """
    result = parse_duration(value)
    if result <= timedelta():
        raise Complaint("expected a duration longer than zero")
    return result


def parse_wake_interval(value: object) -> timedelta:
    """Parse a duration from 100 ms to 60 s: at a minute the usual tick comes anyway.

    Raises: Complaint.
    """
    result = parse_duration(value)
    if not SHORTEST_WAKE <= result <= LONGEST_WAKE:
        shortest, longest = format_duration(SHORTEST_WAKE), format_duration(LONGEST_WAKE)
        raise Complaint(f"expected from {shortest} to {longest}")
    return result


def format_duration(value: timedelta) -> str:
    """Return the shortest text that `parse_duration` reads as `value` (whole milliseconds)."""
    rest, parts = value, []
    for name, unit in _UNITS.items():
        count, rest = divmod(rest, unit)
        if count:
            parts.append(f"{count}{name}")
    return "".join(parts) or "0s"


def _remedy(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return f"write {value}s if seconds are meant"
    if is_sexagesimal(value):
        first, second, *_ = str(value).lstrip("+-").split(":")
        return f"write {first}h{second}m or {first}m{second}s"
    match = _SPELLED.fullmatch(value.strip()) if isinstance(value, str) else None
    return f"write {match[1]}{_unit(match[2], value)}" if match else None


def _unit(letter: str, spelled: object) -> str:
    milli = re.search(r"mil", str(spelled), re.IGNORECASE)
    return "ms" if milli else letter.lower()
