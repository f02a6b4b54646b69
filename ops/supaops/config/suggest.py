"""The nearest known word to a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from supaops.config.places import shorten


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word most like `word`, or None when none is near."""
    folded = {name.lower().replace("-", "_"): name for name in known}
    found = get_close_matches(word.lower().replace("-", "_")[:100], list(folded), n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str], then: str = "") -> str:
    """Return ``did you mean `x`?`` if anything is near, and `then`."""
    match = nearest(word, known)
    return f"did you mean `{shorten(match)}`? {then}".strip() if match else then
