"""A payload, a result or an error as the page shows it: redacted, and cut when long. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from supaops.config.secrecy import without_secrets
from supaops.web.redaction import shown

CUT = 8_000
"""Characters of a document on a page that was not asked for all of it."""
LONGEST = 1_000_000
"""Characters at most."""
LARGEST = 16 * 1024 * 1024
"""Bytes, as stored, of a document that is read at all."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document on the page.

    Attributes:
        name: what the link to all of it names.
        text: None when it is too large to be read without being asked for.
        size: bytes, as stored.
        left: how many characters are not shown.
    """

    name: str
    text: str | None
    size: int
    left: int = 0


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error: its first line, and all that is known of it when there is more."""

    line: str
    text: str | None


def document(
    name: str, text: str | None, size: int | None, keys: Collection[str], *, whole: bool
) -> Document | None:
    """Return a document of a job; None when it has none.

    Args:    size: None when there is none; text: None with a size when it was not read.
    """
    if size is None:
        return None
    if text is None:
        return Document(name, None, size)
    pretty = shown(text, keys)
    cut = pretty[: LONGEST if whole else CUT]
    return Document(name, cut, size, len(pretty) - len(cut))


def trouble(error: str | None) -> Trouble | None:
    """Return an error without what looks like a secret."""
    if not error:
        return None
    text = without_secrets(error)
    line = next((each for each in text.splitlines() if each.strip()), text)
    return Trouble(line[:300], text if text != line[:300] else None)
