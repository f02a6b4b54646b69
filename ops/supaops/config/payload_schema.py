"""The part of JSON Schema that the database's validator understands.

Source: JSON Schema 2020-12, "Validation" 6 and "Core" 10. A keyword outside this part is refused,
because a rule that is silently not checked is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from supaops.config.places import KeyPath, shorten
from supaops.config.problem import Complaint, Complaints
from supaops.config.suggest import did_you_mean

Check = Callable[[Any, KeyPath], Iterator[Complaint]]

TYPES = ("null", "boolean", "object", "array", "number", "integer", "string")


def check_payload_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Return `schema` when every keyword in it, at every depth, is supported and well formed.

    Raises: Complaints with the path of each fault.
    """
    if complaints := list(_schema(schema, ())):
        raise Complaints(complaints)
    return schema


def _schema(value: Any, path: KeyPath) -> Iterator[Complaint]:
    if isinstance(value, bool):
        return
    if not isinstance(value, dict):
        yield Complaint("expected a schema: a mapping, true or false", below=path)
        return
    for keyword, operand in value.items():
        check = _CHECKS.get(keyword)
        if check is not None:
            yield from check(operand, (*path, keyword))
        else:
            yield _unknown(keyword, (*path, keyword))


def _unknown(keyword: str, path: KeyPath) -> Complaint:
    reason = _REFUSED.get(keyword, "is not a keyword that the database checks")
    hint = "remove it; see docs/reference/config.md for the keywords"
    return Complaint(
        f"`{shorten(keyword)}` {reason}",
        hint=hint if keyword in _REFUSED else did_you_mean(keyword, _CHECKS, hint),
        below=path,
        reveal=False,
    )


def _one(expected: str, accepts: Callable[[Any], bool]) -> Check:
    def check(value: Any, path: KeyPath) -> Iterator[Complaint]:
        if not accepts(value):
            yield Complaint(f"expected {expected}", below=path)

    return check


def _anything(_value: Any, _path: KeyPath) -> Iterator[Complaint]:
    return iter(())


def _schema_map(value: Any, path: KeyPath) -> Iterator[Complaint]:
    if not isinstance(value, dict):
        yield Complaint("expected a mapping of property names to schemas", below=path)
        return
    for name, schema in value.items():
        yield from _schema(schema, (*path, name))


def _schema_list(value: Any, path: KeyPath) -> Iterator[Complaint]:
    if not isinstance(value, list) or not value:
        yield Complaint("expected a list of one or more schemas", below=path)
        return
    for index, schema in enumerate(value):
        yield from _schema(schema, (*path, index))


def _type(value: Any, path: KeyPath) -> Iterator[Complaint]:
    names = value if isinstance(value, list) else [value]
    known = [name for name in names if isinstance(name, str) and name in TYPES]
    if not names or len(known) != len(names) or len(set(known)) != len(known):
        wrong = next((name for name in names if name not in TYPES), "")
        hint = did_you_mean(wrong, TYPES) if isinstance(wrong, str) else ""
        yield Complaint(
            f"expected one or more of {', '.join(TYPES)}", hint=hint or None, below=path
        )


# PostgreSQL takes \b for a backspace and \B for a backslash, and of groups that begin with a
# question mark it knows only these. Source: its manual, "POSIX Regular Expressions".
_UNLIKE_POSTGRESQL = re.compile(
    r"(?:\[\^?\]?(?:[^\]\\]|\\.)*\]|[^\\\[]|\\[^bB])*?(\\[bB]|\(\?(?!:|<?[=!]))", re.DOTALL
)


def _pattern(value: Any, path: KeyPath) -> Iterator[Complaint]:
    try:
        compiled = isinstance(value, str) and re.compile(value) is not None
    except (re.error, OverflowError, RecursionError):
        compiled = False
    if not compiled:
        yield Complaint("expected a regular expression", below=path)
    elif strange := _UNLIKE_POSTGRESQL.match(value):
        yield Complaint(
            f"PostgreSQL does not read `{strange[1]}` as JSON Schema does",
            hint=r"a word's edge is (^|\W) or (\W|$); a group is (...) or (?:...)",
            below=path,
        )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_names(value: Any) -> bool:
    texts = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return texts and len(set(value)) == len(value)


_NUMBER = _one("a number", _is_number)
_COUNT = _one("a whole number of at least 0", _is_count)
_TEXT = _one("text", lambda value: isinstance(value, str))

_CHECKS: dict[str, Check] = {
    "type": _type,
    "enum": _one(
        "a list of one or more values", lambda value: isinstance(value, list) and bool(value)
    ),
    "const": _anything,
    "properties": _schema_map,
    "required": _one("a list of different property names", _is_names),
    "additionalProperties": _schema,
    "items": _schema,
    "minItems": _COUNT,
    "maxItems": _COUNT,
    "uniqueItems": _one("true or false", lambda value: isinstance(value, bool)),
    "minimum": _NUMBER,
    "maximum": _NUMBER,
    "exclusiveMinimum": _NUMBER,
    "exclusiveMaximum": _NUMBER,
    "multipleOf": _one("a number above 0", lambda value: _is_number(value) and value > 0),
    "minLength": _COUNT,
    "maxLength": _COUNT,
    "pattern": _pattern,
    "anyOf": _schema_list,
    "oneOf": _schema_list,
    "allOf": _schema_list,
    "not": _schema,
    "title": _TEXT,
    "description": _TEXT,
    "$comment": _TEXT,
    "default": _anything,
    "examples": _one("a list", lambda value: isinstance(value, list)),
}

KEYWORDS: tuple[str, ...] = tuple(_CHECKS)

_REFUSED = {
    "format": "is only an annotation in JSON Schema, so it would check nothing; use `pattern`",
    "$ref": "is not supported: write the schema out where it is used",
    "$schema": "is not supported: the dialect is always 2020-12",
    "if": "is not supported: use `anyOf`",
}
