"""Text of others inside Markdown: on one line, and shown as it is. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

MAX_CHARACTERS = 60_000
"""GitHub refuses a comment of more than 65,536."""


def fitting(parts: Iterable[str], room: int) -> Iterator[str]:
    """Yield the first parts, as long as they fit into so many characters."""
    for part in parts:
        room -= len(part) + 2
        if room < 0:
            return
        yield part


def code(text: str) -> str:
    """Return a code span that holds any text, on one line of a table."""
    flat = " ".join(text.split()).replace("|", r"\|")
    if not flat:
        return ""
    ticks = "`" * (1 + max(map(len, re.findall("`+", flat)), default=0))
    pad = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{ticks}{pad}{flat}{pad}{ticks}"


def plain(text: str) -> str:
    """Return text that Markdown shows as it is, code spans apart."""
    return re.sub(r"([\\*_\[\]<>|#])", r"\\\1", " ".join(text.split()))


def html(text: str) -> str:
    """Return text that HTML shows as it is."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
