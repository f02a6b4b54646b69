"""Lines that a file of somebody's own should have: added at its end, and nothing else touched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from supaops.scaffold.files import Fate, File, refusals, write_whole


@dataclass(frozen=True, slots=True)
class Addition:
    """What a file should hold.

    Attributes:
        path: below the project's root.
        missing: given the file's text, empty for none, the lines that it lacks.
        head: of a file that is made for them.
        told: given those lines, what is said of them.
    """

    path: str
    missing: Callable[[str], Sequence[str]]
    head: str = ""
    told: Callable[[Sequence[str]], str] = ", ".join


def add(root: Path, addition: Addition) -> File:
    """Add to a file what it lacks, in its own line ends; make it when there is none.

    Raises: SupaopsError when it can be neither read nor written.
    """
    file = root / addition.path
    with refusals(file):
        if not file.exists():
            lines = addition.missing("")
            write_whole(file, addition.head + "".join(f"{line}\n" for line in lines))
            return File(addition.path, Fate.WRITTEN)
        text = file.read_bytes().decode()
        lines = addition.missing(text.replace("\r\n", "\n"))
        if not lines:
            return File(addition.path, Fate.SAME)
        if not file.resolve().is_relative_to(root.resolve()):
            note = f"it lies elsewhere; add there: {addition.told(lines)}"
            return File(addition.path, Fate.KEPT, note=note)
        with file.open("ab") as stream:
            stream.write(_appended(text, lines).encode())
    return File(addition.path, Fate.ADDED, note=addition.told(lines))


def _appended(text: str, lines: Sequence[str]) -> str:
    end = "\r\n" if "\r\n" in text else "\n"
    gap = "" if not text or text.endswith("\n") else end
    return gap + "".join(f"{line}{end}" for line in lines)
