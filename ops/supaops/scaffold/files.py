"""Write files that are not there yet; those that are stay, or are replaced and nothing is lost."""

from __future__ import annotations

import difflib
import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from pathlib import Path

from supaops.git import git
from supaops.refusals import refused


class Fate(StrEnum):
    """What became of a file.

    Written, given what it lacked, replaced, there already with this text, or with another one.
    """

    WRITTEN = "written"
    ADDED = "added"
    REPLACED = "replaced"
    SAME = "same"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class File:
    """One file of the scaffold.

    Attributes:
        path: relative to the project's root.
        difference: of a kept file the lines of a unified diff from it to what it was not given.
        note: what was added, or where the text is that was replaced.
    """

    path: str
    fate: Fate
    difference: tuple[str, ...] = ()
    note: str = ""


def write_new(root: Path, texts: Mapping[str, str], *, force: bool = False) -> Iterator[File]:
    """Write each text whose file does not exist, and yield what became of each.

    Args:    force: replace files with another text, and back up what git could not bring back.
    Raises:  SupaopsError when a file can be neither read nor written.
    """
    for path, text in texts.items():
        with refusals(root / path):
            file = _write(root, path, text)
            yield _replace(root, path, text) if force and file.fate is Fate.KEPT else file


def refusals(file: Path) -> AbstractContextManager[None]:
    """Return what turns a refusal of the system's into an error with the file as its place."""
    hint = "move away what is in the way, or give yourself the right to write there"
    return refused("write or compare", file, hint=hint)


def write_whole(file: Path, text: str) -> None:
    """Write a new file, whole or not at all, and never over another.

    Raises: FileExistsError, or another OSError.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("x", encoding="utf-8", newline="") as stream:
        try:
            stream.write(text)
            stream.flush()
        except OSError:
            file.unlink()
            raise


def _write(root: Path, path: str, text: str) -> File:
    try:
        write_whole(root / path, text)
    except FileExistsError:
        return _compared(path, (root / path).read_text(encoding="utf-8"), text)
    return File(path, Fate.WRITTEN)


def _compared(path: str, there: str, text: str) -> File:
    if there == text:
        return File(path, Fate.SAME)
    lines = difflib.unified_diff(
        there.splitlines(), text.splitlines(), path, f"{path} (template)", lineterm="", n=2
    )
    return File(path, Fate.KEPT, tuple(lines))


def _replace(root: Path, path: str, text: str) -> File:
    file = (root / path).resolve()  # a link stays one
    kept = None if _is_committed(file) else _free_name(file)
    if kept:
        kept.write_bytes(file.read_bytes())
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_text(text, encoding="utf-8", newline="")
    shutil.copymode(file, fresh)
    fresh.replace(file)
    note = f"the former text is in {kept.name}" if kept else "git has the former text"
    return File(path, Fate.REPLACED, note=note)


def _free_name(file: Path) -> Path:
    names = (f"{file.name}.orig{number or ''}" for number in count())
    return next(each for name in names if not (each := file.with_name(name)).exists())


def _is_committed(file: Path) -> bool:
    """Tell whether git's last commit holds the file as it is."""
    questions = (("ls-files", "--error-unmatch"), ("diff", "--quiet", "HEAD"))
    return all(git(file.parent, *each, "--", str(file)) is not None for each in questions)
