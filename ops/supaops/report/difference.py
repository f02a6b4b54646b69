"""The lines of a difference, as text for people. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.text import Text

_STYLE = {"+": "green", "-": "red", "~": "yellow", "@": "cyan"}


def difference_lines(difference: Iterable[str]) -> Iterator[Text]:
    """Yield lines that begin with what became of them, below what they are about.

    None is wrapped: its first column would be lost.
    """
    for line in difference:
        yield Text(f"      {line}", _STYLE.get(line[:1], ""), no_wrap=True)
