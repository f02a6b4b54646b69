"""What an unquoted YAML scalar means, and which ones two readers would read differently.

Source: YAML 1.2.2, 10.3.2 "Tag Resolution" (core schema); YAML 1.1 type repository for the rest.
"""

from __future__ import annotations

import math
import re

Scalar = str | int | float | bool | None

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {
    text: value
    for word, value in (("true", True), ("false", False))
    for text in (word, word.title(), word.upper())
}
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_MAX_DIGITS = 18  # fits a bigint; longer ones lose digits in most JSON readers

# Each reads as a number or a date in YAML 1.1, in 1.2 or in neither, depending on the reader.
_AMBIGUOUS = (
    (re.compile(r"[-+]?0o?[0-9_]+"), "may be read as octal", "write it in decimal, or quote it"),
    (re.compile(r"[-+]?0[xb][0-9a-fA-F_]+"), "may be read as hexadecimal or binary",
     "write it in decimal, or quote it"),
    (re.compile(r"[-+]?[0-9][0-9_]*_[0-9_]*"), "may be read as a number or as text",
     "leave the underscores out, or quote it"),
    (re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?"), "may be read as a date or as text",
     "quote it"),
    (re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"), "is no number that JSON can hold",
     "write a finite number, or quote it"),
)  # fmt: skip

_WORDS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
_SEXAGESIMAL = re.compile(r"[-+]?[0-9]+(:[0-5]?[0-9])+")


class AmbiguousScalar(ValueError):
    """An unquoted scalar that readers of YAML disagree about.

    Args:
        reason: what may happen to it, to follow the quoted scalar in a sentence.
        hint: what to write instead.
    """

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


def resolve_plain(text: str) -> Scalar:
    """Return the value of an unquoted scalar.

    Raises: AmbiguousScalar for octal, dates and the like.
    """
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return _whole(text)
    for pattern, reason, hint in _AMBIGUOUS:
        if pattern.fullmatch(text):
            raise AmbiguousScalar(reason, hint)
    return _fraction(text) if _FLOAT.fullmatch(text) else text


def _whole(text: str) -> int:
    if len(text.lstrip("+-")) > _MAX_DIGITS:
        raise AmbiguousScalar("has more digits than readers keep", "quote it")
    return int(text)


def _fraction(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise AmbiguousScalar("is too large for a number", "quote it")
    return value


def meant_boolean(text: object) -> str | None:
    """Return ``true`` or ``false`` for a word that was a boolean in YAML 1.1, else None."""
    return _WORDS.get(text.lower()) if isinstance(text, str) else None


def is_sexagesimal(text: object) -> bool:
    """Tell whether YAML 1.1 reads `text`, such as ``1:30``, as a number in base 60."""
    return isinstance(text, str) and _SEXAGESIMAL.fullmatch(text) is not None
