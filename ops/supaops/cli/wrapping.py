"""Wrap a line for a terminal: between words, the rest below the line's last column. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

_INDENT = 2
_COLUMN = re.compile(r"^error: |^ *fix: | {2,}")
_ANY = Console()
"""What rich asks for and does not look at."""


def wrapped(line: Text, width: int) -> Iterator[Text]:
    """Yield the line in rows of at most `width` cells; a word that is longer is broken.

    A line marked `no_wrap`, such as one of a difference, stays whole: its text is somebody else's.
    """
    if line.no_wrap or cell_len(line.plain) <= width:
        yield line
        return
    hang = _hang(line.plain, width)
    head, rest = line.divide([hang]) if hang else (Text(), line)
    first, *others = rest.wrap(_ANY, width - max(hang, _INDENT), overflow="fold")
    yield Text.assemble(head, first)
    for row in others:
        yield Text.assemble(" " * max(hang, _INDENT), row)


def _hang(text: str, width: int) -> int:
    """Return where the last column begins in the left half: after a label or a wide space."""
    ends = [gap.end() for gap in _COLUMN.finditer(text) if gap.end() <= width // 2]
    return max(ends, default=0)
