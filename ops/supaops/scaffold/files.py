"""Write files that are not there yet, and leave all others alone."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from supaops.errors import SupaopsError


class Fate(StrEnum):
    """What became of a file: written, there already with this text, or with another one."""

    WRITTEN = "written"
    SAME = "same"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class File:
    """One file of the scaffold; `path` is relative to the project's root."""

    path: str
    fate: Fate
    difference: tuple[str, ...] = ()
    """Of a kept file: the lines of a unified diff from it to the text that it was not given."""


def write_new(root: Path, texts: Mapping[str, str]) -> Iterator[File]:
    """Write each text whose file does not exist, and yield what became of each.

    Raises: SupaopsError when a file can be neither read nor written.
    """
    for path, text in texts.items():
        try:
            yield _write(root, path, text)
        except (OSError, UnicodeDecodeError) as error:
            cause = getattr(error, "strerror", None) or "it is not UTF-8 text"
            raise SupaopsError(
                f"cannot write or compare: {cause}",
                place=str(root / path),
                hint="move away what is in the way, or give yourself the right to write there",
            ) from error


def _write(root: Path, path: str, text: str) -> File:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x", encoding="utf-8", newline="") as stream:
            stream.write(text)
    except FileExistsError:
        return _compared(path, file.read_text(encoding="utf-8"), text)
    return File(path, Fate.WRITTEN)


def _compared(path: str, there: str, text: str) -> File:
    if there == text:
        return File(path, Fate.SAME)
    lines = difflib.unified_diff(
        there.splitlines(), text.splitlines(), path, f"{path} (template)", lineterm="", n=2
    )
    return File(path, Fate.KEPT, tuple(lines))
