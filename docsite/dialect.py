"""Markdown as GitHub reads it, written so that Python-Markdown reads the same. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_FENCE = re.compile(r" *```")
_FENCED = re.compile(r"(^ *```.*?^ *```$)", re.MULTILINE | re.DOTALL)
_ITEM = re.compile(r"([-*]|\d+\.) +")
_NOT_A_SLUG = re.compile(r"[^\w\- ]")
_STEP = 4
"""Spaces by which Python-Markdown wants what belongs to an item of a list to be indented."""


def github_slug(title: str, separator: str) -> str:
    """Return the anchor of a heading by GitHub's rule, which the documents' links follow."""
    return _NOT_A_SLUG.sub("", title.lower()).replace(" ", separator)


def outside_fences(page: str, change: Callable[[str], str]) -> str:
    """Return a page with a change made to all but its fenced blocks."""
    parts = _FENCED.split(page)
    return "".join(part if at % 2 else change(part) for at, part in enumerate(parts))


def as_python_markdown(page: str) -> str:
    """Return a page with a blank line before each list, and four spaces below an item."""
    return "\n".join(_lines(page.split("\n")))


def _lines(lines: list[str]) -> Iterator[str]:
    width, fenced, before = 0, False, ""
    for line in lines:
        item = None if fenced else _ITEM.match(line)
        if item and not width and _is_text(before) and not item[1][0].isdigit():
            yield ""
        width = _width(line, width, item)
        yield _moved(line, width)
        fenced ^= bool(_FENCE.match(line))
        before = line


def _is_text(line: str) -> bool:
    return bool(line.strip()) and not line.startswith(("#", " "))


def _width(line: str, width: int, item: re.Match[str] | None) -> int:
    """Return how far the current item's own text is indented; zero outside a list."""
    if item:
        return item.end()
    return 0 if line and not line.startswith(" ") else width


def _moved(line: str, width: int) -> str:
    is_below = bool(width) and line.startswith(" " * width)
    return " " * (_STEP - width) + line if is_below else line
