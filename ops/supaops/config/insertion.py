"""Where in a YAML text new entries go, so that no other line of it changes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import indent

from supaops.config.document import Document
from supaops.config.places import KeyPath

_STEP = 2
_EMPTY = re.compile(r"\{[ \t]*\}|null|~")


def inserted(text: str, document: Document, section: KeyPath, block: str) -> Iterator[str]:
    """Yield the texts that `text` may become with `block` in `section`, the likeliest first.

    Args:    document: `text`, parsed.
             block: the new entries, not indented.
    """
    found = _deepest(document, section)
    missing = section[len(found) :]
    if children := _children(document, found):
        column = document.spots[children[0]].key.column - 1
        yield from _below_siblings(text, document, found, _nested(missing, block, column))
    else:
        yield _in_place_of_nothing(text, document, found, missing, block)


def _deepest(document: Document, section: KeyPath) -> KeyPath:
    """Return the longest part of a path that the document has a key for."""
    lengths = range(len(section), -1, -1)
    return next(section[:length] for length in lengths if section[:length] in document.spots)


def _children(document: Document, section: KeyPath) -> list[KeyPath]:
    depth = len(section) + 1
    return [path for path in document.spots if len(path) == depth and path[:-1] == section]


def _nested(missing: KeyPath, block: str, column: int) -> str:
    """Return the block below the keys that are missing, indented."""
    for key in reversed(missing):
        block = f"{key}:\n{indent(block, ' ' * _STEP)}"
    return indent(block, " " * column)


def _below_siblings(text: str, document: Document, section: KeyPath, block: str) -> Iterator[str]:
    """Yield the block behind the section's last line, then in front of what follows it."""
    lines = text.splitlines(keepends=True)
    column = len(block) - len(block.lstrip(" "))
    first = min(document.spots[path].key.line for path in _children(document, section)) - 1
    after = min(
        (
            spot.key.line - 1
            for path, spot in document.spots.items()
            if spot.key.line - 1 > first and path[: len(section)] != section
        ),
        default=len(lines),
    )
    own = [at for at in range(first, after) if _is_of(lines[at], column)]
    yield _spliced(lines, max(own, default=first) + 1, block)
    yield _spliced(lines, after, block)


def _is_of(line: str, column: int) -> bool:
    return bool(line.strip()) and len(line) - len(line.lstrip(" ")) >= column


def _in_place_of_nothing(
    text: str, document: Document, section: KeyPath, missing: KeyPath, block: str
) -> str:
    """Return the text with the block below a key that has no value, `null` or `{}`."""
    lines = text.splitlines(keepends=True)
    spot = document.spots[section]
    column = spot.key.column - 1 + _STEP if section else 0
    line, start = spot.value.line - 1, spot.value.column - 1
    written = lines[line]
    if match := _EMPTY.match(written, start):
        rest = written[match.end() :].strip()
        kept = f"{written[:start]}{rest}".rstrip()
        lines[line] = f"{kept}{_ending(written)}" if kept else ""
    return _spliced(lines, line + 1, _nested(missing, block, column))


def _spliced(lines: list[str], at: int, block: str) -> str:
    before = list(lines[:at])
    if before and before[-1] and not before[-1].endswith(("\n", "\r")):
        before[-1] += "\n"
    text = block.replace("\n", _ending(lines[0])) if lines else block
    return "".join([*before, text, *lines[at:]])


def _ending(line: str) -> str:
    return "\r\n" if line.endswith("\r\n") else "\n"
