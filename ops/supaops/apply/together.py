"""Which changes travel to the server together (ADR 39)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from supaops.plan import Change
from supaops.render.resource import Kind

_AT_MOST = 40


def together(changes: Iterable[Change]) -> Iterator[list[Change]]:
    """Yield the changes in their order, and those that can travel together as one."""
    for travels, group in groupby(changes, _travels):
        run = list(group)
        size = _AT_MOST if travels else 1
        for start in range(0, len(run), size):
            yield run[start : start + size]


def _travels(change: Change) -> bool:
    """Tell whether a change is a text alone: nothing has to be dropped for it, no lock awaited."""
    is_new = change.live is None and change.kind in (Kind.FUNCTION, Kind.VIEW)
    return change.desired is not None and (is_new or change.kind is Kind.GRANT)
