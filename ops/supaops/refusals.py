"""What the system refuses of a file, as an error that a user can act on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from supaops.errors import SupaopsError


@contextmanager
def refused(what: str, place: Path, *, hint: str) -> Iterator[None]:
    """Turn an error of the system's, or a text that is no UTF-8, into one of the user's.

    Args:    what: was being done, such as ``write``; hint: what to do about it.
    Raises:  SupaopsError whose place is the file.
    """
    try:
        yield
    except (OSError, UnicodeDecodeError) as error:
        cause = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise SupaopsError(f"cannot {what}: {cause}", place=str(place), hint=hint) from error
