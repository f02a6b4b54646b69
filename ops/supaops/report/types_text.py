"""What `supaops types` did, or found, as text for people. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.text import Text

from supaops.report.difference import difference_lines
from supaops.scaffold.renewal import Made, State

_HEAD = 20
"""Lines of a difference: enough to see what it is about."""
_SIGNS = {
    State.CURRENT: ("  . current  ", "dim"),
    State.RENEWED: ("  + wrote    ", "green"),
    State.STALE: ("  ! stale    ", "red"),
    State.MISSING: ("  ! missing  ", "red"),
}


def types_lines(files: Iterable[Made], command: str) -> Iterator[Text]:
    """Yield a line per file with the head of its difference, and how to make stale ones anew.

    Args:    command: what makes them.
    """
    stale = False
    for file in files:
        sign, style = _SIGNS[file.state]
        yield Text(sign, style).append(str(file.path), "bold")
        yield from _difference(file)
        stale = stale or file.state in {State.STALE, State.MISSING}
    if stale:
        yield Text(f"  fix: {command}", "cyan")


def _difference(file: Made) -> Iterator[Text]:
    yield from difference_lines(file.difference[:_HEAD])
    if len(file.difference) > _HEAD:
        yield Text(f"      ... and {len(file.difference) - _HEAD} more lines", "dim")
