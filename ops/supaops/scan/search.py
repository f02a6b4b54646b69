"""Search texts for what looks like a secret, and for the values of declared ones. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from supaops.config.known import Known, secrets_in
from supaops.config.secrecy import Match
from supaops.scan.leak import Leak, Text

ALLOWED = "supaops:allow"
"""On a line, it says that what only looks like a secret there is none."""


def search(text: Text, known: Known) -> Iterator[Leak]:
    """Yield each secret of a text, in its order; one that is both is told by its name."""
    values = {name for name, _ in known.forms}
    for found in secrets_in(text.content, known):
        if found.kind in values or not _is_allowed(found, text.content):
            line, column = _position(text.content, found.start)
            yield Leak(text.source, f"{text.place}:{line}:{column}", found.kind)


def _is_allowed(found: Match, content: str) -> bool:
    first = content.rfind("\n", 0, found.start) + 1
    return ALLOWED in content[first:].partition("\n")[0]


def _position(content: str, start: int) -> tuple[int, int]:
    return content.count("\n", 0, start) + 1, start - content.rfind("\n", 0, start)
