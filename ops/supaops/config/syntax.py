"""YAML faults in the words of a person who writes YAML."""

from __future__ import annotations

import re

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from supaops.config.places import Place
from supaops.errors import SupaopsError

# Order matters: the first pattern that matches the parser's own words wins. The parser's text
# never reaches the user, because it may quote a piece of the file.
_PHRASES = (
    (r"'\\t' that cannot start", "a tab cannot indent YAML", "indent with spaces"),
    (
        r"'[@`%]' that cannot start",
        "an unquoted value cannot start with this character",
        "put the value in double quotes",
    ),
    (
        r"mapping values are not allowed",
        "a `:` is not allowed here",
        "check the indentation of this line, or quote a value that holds `: `",
    ),
    (
        r"unexpected end of stream",
        "a quote is opened and never closed",
        "close the quote",
    ),
    (
        r"unknown escape|escape sequence",
        "the double-quoted text holds an unknown escape",
        "double the backslash, or use single quotes",
    ),
    (
        r"scanning an alias|scanning an anchor|alphabetic or numeric",
        "`*` and `&` start an alias or an anchor in YAML",
        'put the value in double quotes, as in "* * * * *"',
    ),
    (
        r"expected ',' or '[\]}]'|flow (node|sequence|mapping)",
        "a list or mapping in brackets is not closed, or lacks a comma",
        "close the bracket, or quote a value that holds `{`, `[` or `,`",
    ),
    (
        r"expected <block end>|<block mapping start>|block collection",
        "the indentation does not fit the lines above",
        "align the keys of one section",
    ),
    (r"could not find expected ':'", "a key has no `:` after it", "write `key: value`"),
    (
        r"incompatible YAML|duplicate YAML|directive",
        "directives (`%`) are not supported",
        "remove the line",
    ),
    (r"tag", "tags (`!`) are not supported", "remove the tag, or quote the value"),
)


def syntax_problem(error: Exception, file: str, text: str) -> SupaopsError:
    """Return a parser's failure as a problem with its place and a remedy."""
    said = _said(error)
    for pattern, message, hint in _PHRASES:
        if re.search(pattern, said):
            return SupaopsError(message, place=_place(error, file, text), hint=hint)
    return SupaopsError(
        "this is not valid YAML",
        place=_place(error, file, text),
        hint="check quotes, brackets and indentation on and above this line",
    )


def _said(error: Exception) -> str:
    if not isinstance(error, MarkedYAMLError):
        return ""
    return f"{error.context or ''} {error.problem or ''}"


def _place(error: Exception, file: str, text: str) -> str:
    if isinstance(error, MarkedYAMLError):
        # An unclosed quote or bracket is best shown where it opens.
        opened = error.context_mark if "end of stream" in _said(error) else None
        mark = opened or error.problem_mark or error.context_mark
        if mark is not None:
            return str(Place(file, mark.line + 1, mark.column + 1))
    if isinstance(error, ReaderError):
        before = text[: error.position]
        return str(Place(file, before.count("\n") + 1, len(before) - before.rfind("\n")))
    return file


def decode(raw: bytes, file: str) -> str:
    """Decode a file as UTF-8, with or without a byte order mark.

    Raises: SupaopsError that names the byte's place.
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line_start = before.rfind(b"\n") + 1
        column = len(before[line_start:].decode("utf-8", "replace")) + 1
        raise SupaopsError(
            f"byte 0x{raw[error.start]:02x} is not UTF-8",
            place=str(Place(file, before.count(b"\n") + 1, column)),
            hint="save the file as UTF-8",
        ) from error


__all__ = ["YAMLError", "decode", "syntax_problem"]
