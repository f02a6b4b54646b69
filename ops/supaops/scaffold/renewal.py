"""Files that are made from the YAML again and again: renewed whole, and never those of others."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from supaops.errors import SupaopsError
from supaops.refusals import refused


class State(StrEnum):
    """How a file stands to what the YAML makes."""

    CURRENT = "current"
    RENEWED = "renewed"
    STALE = "stale"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Made:
    """One file, and the lines of a unified diff from it to what the YAML makes of it."""

    path: Path
    state: State
    difference: tuple[str, ...] = ()


def compare(path: Path, text: str) -> Made:
    """Return how a file differs from a text, and change nothing.

    Raises: SupaopsError when it cannot be read.
    """
    there = _read(path)
    if there is None:
        return Made(path, State.MISSING)
    if there == text:
        return Made(path, State.CURRENT)
    return Made(path, State.STALE, _diff(there, text))


def renew(path: Path, text: str, mark: str) -> Made:
    """Give a file this text, at once or not at all; one that has it already is not touched.

    Args:    mark: stands in every file that was made so; one without it is somebody's own.
    Raises:  SupaopsError when it is somebody's own, or cannot be read or written.
    """
    there = _read(path)
    if there == text:
        return Made(path, State.CURRENT)
    if there and mark not in there:
        raise SupaopsError(
            "there is a file that was not made from the YAML",
            place=str(path),
            hint="move it away, or name another file",
        )
    with refused("write", path, hint="give a file in a folder you may write to"):
        _replace(path.resolve(), text)
    return Made(path, State.RENEWED)


def _read(path: Path) -> str | None:
    with refused("read", path, hint="move away what is in the way, or name another file"):
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8", newline="\n")
    fresh.replace(path)


def _diff(there: str, text: str) -> tuple[str, ...]:
    lines = difflib.unified_diff(
        there.splitlines(), text.splitlines(), "the file", "what the YAML makes", lineterm="", n=2
    )
    return tuple(lines)
