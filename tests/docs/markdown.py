"""The Markdown files of the repository, and what stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.projects import ROOT

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
"""Its group is where a link, or a picture, leads to."""
_FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
_SKIPPED = re.compile(r"\.(?!ci$)|__pycache__$|build$|dist$")
"""Folders that no file is committed from; `.ci` is one that it is."""


def repository_files(folder: Path = ROOT) -> Iterator[Path]:
    """Yield the files that are, or could be, committed."""
    for path in sorted(folder.iterdir()):
        if path.is_file():
            yield from [path] if path.name != ".git" else []  # which it is in a worktree
        elif not _SKIPPED.match(path.name):
            yield from repository_files(path)


DOCUMENTS = [path for path in repository_files() if path.suffix == ".md"]


def name_of(path: Path) -> str:
    """Return a file's path from the root, as a test's id."""
    return str(path.relative_to(ROOT))


def blocks(path: Path, language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return [text for found, text in _FENCE.findall(read(path)) if found == language]


def languages(path: Path) -> set[str]:
    """Return what the fenced blocks are written in; empty for one that does not say."""
    return {found for found, _ in _FENCE.findall(read(path))}


def prose(path: Path) -> str:
    """Return a document without its fenced blocks."""
    return _FENCE.sub("", read(path))


def anchors(path: Path) -> set[str]:
    """Return the anchors of a document's headings, by GitHub's rule."""
    titles = (title.lower() for title in _HEADING.findall(prose(path)))
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
