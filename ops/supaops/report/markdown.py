"""Any text as Markdown that shows it as it is. Pure."""

from __future__ import annotations

import re


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
