"""One entry of the YAML as a person would write it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from supaops.config.scalars import AmbiguousScalar, resolve_plain

Style = Callable[[str], str]

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_()]*")
# Lines that a literal block holds as they are: no blanks in front of the first, none at an end.
_LINES = re.compile(r"[\x21-\x7e][\n\x20-\x7e\xa1-\ud7ff]*[\x21-\x7e]\n?")
_WIDE = 1 << 20


def written(name: str, entry: Mapping[str, Any], style: Style) -> str:
    """Return `name` and the keys below it as a block of YAML, not indented."""
    made = CommentedMap()
    for key, value in entry.items():
        made[key] = style(value) if isinstance(value, str) else value
    yaml = YAML()
    yaml.width = _WIDE
    stream = io.StringIO()
    yaml.dump(
        CommentedMap({name if _is_plain(name) else DoubleQuotedScalarString(name): made}), stream
    )
    return stream.getvalue()


def readable(value: str) -> str:
    """Return a text that ruamel.yaml will write plain, as lines, or in quotes."""
    if _is_plain(value):
        return value
    is_lines = "\n" in value and _LINES.fullmatch(value) is not None
    made: str = LiteralScalarString(value) if is_lines else quoted(value)
    return made


def quoted(value: str) -> str:
    """Return a text that ruamel.yaml will write in double quotes, which hold anything."""
    made: str = DoubleQuotedScalarString(value)
    return made


def _is_plain(value: str) -> bool:
    """Tell whether YAML 1.1 and 1.2 both read a text without quotes as this very text."""
    try:
        return _PLAIN.fullmatch(value) is not None and resolve_plain(value) == value
    except AmbiguousScalar:
        return False
