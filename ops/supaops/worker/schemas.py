"""A payload against its declared JSON schema, judged and worded as the database does.

`supaops.json_schema_errors` has judged each payload at its enqueue. A row may have been edited by
hand since, or be older than the schema. Where the two could differ, this one is the milder: what
it refuses is never tried again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from supaops.worker.payloads import Faults, path_of

# What PostgreSQL alone reads as a class of characters, or an edge of a word.
_FOREIGN = re.compile(r"\[[:.=]")


def faults_of(schema: Any) -> Faults:
    """Return what yields each fault of a payload, with its path; compiled once."""
    validator = _Validator(schema)

    def faults(payload: Any) -> Iterator[str]:
        found = [text for error in validator.iter_errors(payload) for text in _texts(error)]
        return iter(dict.fromkeys(found))

    return faults


def _multiple(_validator: Any, unit: Any, value: Any, _schema: Any) -> Iterator[ValidationError]:
    """Judge in exact decimals, as the database does: 0.3 is a multiple of 0.1."""
    if _is_number(value) and (Fraction(str(value)) / Fraction(str(unit))).denominator > 1:
        yield ValidationError("not a multiple")


def _pattern(_validator: Any, pattern: str, value: Any, _schema: Any) -> Iterator[ValidationError]:
    """Search as PostgreSQL does: a dot is any character; what only it can read is left to it."""
    if not isinstance(value, str) or _FOREIGN.search(pattern):
        return
    if not re.search(pattern, value, re.DOTALL):
        yield ValidationError("no match")


def _items(validator: Any, schema: Any, value: Any, _whole: Any) -> Iterator[ValidationError]:
    for index, item in enumerate(value if isinstance(value, list) else []):
        yield from _within(validator, schema, item, index)


def _properties(validator: Any, schemas: Any, value: Any, _: Any) -> Iterator[ValidationError]:
    for name, schema in schemas.items() if isinstance(value, dict) else ():
        if name in value:
            yield from _within(validator, schema, value[name], name)


def _others(validator: Any, schema: Any, value: Any, whole: Any) -> Iterator[ValidationError]:
    declared = whole.get("properties", {})
    others = [name for name in value if name not in declared] if isinstance(value, dict) else []
    if schema is False and others:
        yield ValidationError("unknown keys")
    for name in others if schema is not False else ():
        yield from _within(validator, schema, value[name], name)


def _within(validator: Any, schema: Any, value: Any, key: str | int) -> Iterator[ValidationError]:
    """Go one step down; where nothing is allowed, jsonschema would forget the step."""
    if schema is False:
        yield ValidationError("nothing", validator=None, instance=value, schema=schema, path=[key])
    else:
        yield from validator.descend(value, schema, path=key)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_OURS = {
    "multipleOf": _multiple,
    "pattern": _pattern,
    "items": _items,
    "properties": _properties,
    "additionalProperties": _others,
}
_Validator = extend(Draft202012Validator, _OURS)


def _texts(error: ValidationError) -> Iterator[str]:
    path = path_of(error.absolute_path)
    if error.validator is None:
        yield f"{path}: nothing is allowed here"
        return
    for words in _WORDS[error.validator](error.validator_value, error.instance, error):
        yield f"{path}: {words}"


def _missing(names: list[str], value: Any, _error: ValidationError) -> Iterator[str]:
    return (f"missing {_text(name)}" for name in names if name not in value)


def _unknown(_others: Any, value: Any, error: ValidationError) -> Iterator[str]:
    declared = error.schema.get("properties", {})
    return (f"unknown key {_text(name)}" for name in value if name not in declared)


def _types(wanted: Any, value: Any, _error: ValidationError) -> Iterator[str]:
    names = [wanted] if isinstance(wanted, str) else wanted
    yield f"expected {' or '.join(names)}, got {_kind(value)}"


def _one_of(_branches: Any, value: Any, error: ValidationError) -> Iterator[str]:
    matching = sum(_Validator(each).is_valid(value) for each in error.validator_value)
    yield f"matches {matching} of the schemas of oneOf, expected exactly 1"


def _sized(words: str) -> Callable[..., Iterator[str]]:
    return lambda wanted, value, _: iter([words.format(wanted=_text(wanted), size=len(value))])


def _said(words: str) -> Callable[..., Iterator[str]]:
    return lambda wanted, _value, _error: iter([words.format(wanted=_text(wanted))])


_WORDS: dict[str, Callable[..., Iterator[str]]] = {
    "type": _types,
    "const": _said("expected {wanted}"),
    "enum": lambda wanted, *_: iter([f"expected one of {', '.join(map(_text, wanted))}"]),
    "required": _missing,
    "additionalProperties": _unknown,
    "minItems": _sized("expected at least {wanted} items, got {size}"),
    "maxItems": _sized("expected at most {wanted} items, got {size}"),
    "uniqueItems": _said("items are not unique"),
    "minLength": _said("expected at least {wanted} characters"),
    "maxLength": _said("expected at most {wanted} characters"),
    "pattern": lambda wanted, *_: iter([f"does not match the pattern {wanted}"]),
    "minimum": _said("expected at least {wanted}"),
    "maximum": _said("expected at most {wanted}"),
    "exclusiveMinimum": _said("expected more than {wanted}"),
    "exclusiveMaximum": _said("expected less than {wanted}"),
    "multipleOf": _said("expected a multiple of {wanted}"),
    "anyOf": _said("matches none of the schemas of anyOf"),
    "oneOf": _one_of,
    "not": _said("matches the schema of not"),
}


def _text(value: Any) -> str:
    """Return JSON as jsonb shows it: no exponents, short keys first."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: (len(name.encode()), name.encode()))
        return "{" + ", ".join(f"{_text(name)}: {_text(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    return json.dumps(value, ensure_ascii=False)


def _kind(value: Any) -> str:
    kinds = {type(None): "null", bool: "boolean", str: "string", dict: "object", list: "array"}
    return kinds.get(type(value), "number")
