"""What helps, with the commands in it told from the words around them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

# A command of ours ends where the sentence goes on; SQL is one only where it is all there is.
_COMMAND = re.compile(r"\bsupaops [a-z][^;,]*|^(?:select|vacuum) (?:(?!;|, and |, then ).)*$")


class Segment(NamedTuple):
    """A stretch of a sentence; a command is to be copied as it stands."""

    text: str
    is_command: bool


def segments(fix: str) -> Iterator[Segment]:
    """Yield the stretches of what helps, which joined are the whole."""
    end = 0
    for found in _COMMAND.finditer(fix):
        if found.start() > end:
            yield Segment(fix[end : found.start()], is_command=False)
        yield Segment(found.group(), is_command=True)
        end = found.end()
    if end < len(fix):
        yield Segment(fix[end:], is_command=False)
