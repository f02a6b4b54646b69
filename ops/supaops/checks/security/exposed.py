"""Pick what a check is about from all that is open."""

from __future__ import annotations

from collections.abc import Sequence

from supaops.db.health.security import Exposure

Exposures = tuple[Exposure, ...]
_SHOWN = 3


def about(facts: Exposures, topic: str) -> Exposures:
    """Return what is open of one kind."""
    return tuple(each for each in facts if each.topic == topic)


def listed(found: Sequence[Exposure]) -> str:
    """Return the first names, and how many more there are."""
    names = ", ".join(each.name for each in found[:_SHOWN])
    more = len(found) - _SHOWN
    return f"{names}, {more} more" if more > 0 else names
