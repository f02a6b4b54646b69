"""A payload's JSON Schema as a type; pure.

Each function has its counterpart in `supaops.render.payload_condition`. What a type cannot say is
left out, so that no valid payload is refused by a type checker; `notes` tell it to people.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from supaops.render.types.tree import (
    Anything,
    Exactly,
    ListOf,
    Member,
    Nothing,
    Record,
    Scalar,
    Type,
    intersection,
    union,
)

_KINDS = ("null", "boolean", "number", "string", "array", "object")
_RULES = (
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems"),
)
_LARGEST_EXACT = 2**53 - 1  # ECMA-262, Number.MAX_SAFE_INTEGER

Schema = Mapping[str, Any]


def type_of(schema: bool | Schema) -> Type:  # noqa: FBT001  a schema may be true
    """Return a type that holds every payload that a schema accepts."""
    if isinstance(schema, bool):
        return Anything() if schema else Nothing()
    return intersection([_typed(schema), *_constants(schema), *_combinations(schema)])


def notes_of(schema: bool | Schema) -> tuple[str, ...]:  # noqa: FBT001  a schema may be true
    """Return lines about a schema: what it says of itself, and the rules that no type tells."""
    if isinstance(schema, bool):
        return ()
    said = str(schema.get("description") or schema.get("title") or "")
    rules = [f"{name} {json.dumps(schema[name])}" for name in _RULES if name in schema]
    checked = (f"Checked by the database: {', '.join(rules)}.",) if rules else ()
    return (*said.splitlines(), *checked)


def _typed(schema: Schema) -> Type:
    """Return what `type` and the keywords about one type each say; they let the others pass."""
    wanted = _type_names(schema)
    if not wanted and not {"properties", "required", "additionalProperties", "items"} & {*schema}:
        return Anything()
    return union(_of_kind(name, schema) for name in wanted or _KINDS)


def _type_names(schema: Schema) -> list[str]:
    named: str | list[str] = schema.get("type", [])
    return [named] if isinstance(named, str) else named


def _of_kind(name: str, schema: Schema) -> Type:
    match name:
        case "array":
            return ListOf(type_of(schema.get("items", True)))
        case "object":
            return _record(schema)
        case "null" | "boolean" | "integer" | "number" | "string":
            return Scalar(name)
    return Anything()


def _record(schema: Schema) -> Type:
    declared = schema.get("properties", {})
    required = schema.get("required", [])
    others = type_of(schema["additionalProperties"]) if "additionalProperties" in schema else None
    rest = True if others is None else schema["additionalProperties"]
    members = {
        name: _member(declared.get(name, rest), required=name in required)
        for name in [*declared, *(name for name in required if name not in declared)]
    }
    if any(each.required and isinstance(each.type, Nothing) for each in members.values()):
        return Nothing()
    return Record(members, others)


def _member(schema: bool | Schema, *, required: bool) -> Member:  # noqa: FBT001  a schema may be true
    return Member(type_of(schema), required, notes_of(schema))


def _constants(schema: Schema) -> Iterator[Type]:
    if "const" in schema:
        yield _of_value(schema["const"])
    if "enum" in schema:
        yield union(map(_of_value, schema["enum"]))


def _of_value(value: Any) -> Type:
    """Return the type of one value; of a list or an object as near as a type comes to it."""
    if isinstance(value, list):
        return ListOf(union(map(_of_value, value)))
    if isinstance(value, dict):
        members = {name: Member(_of_value(each), required=True) for name, each in value.items()}
        return Record(members, Nothing())
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _of_number(value)
    return Exactly(value)


def _of_number(value: float) -> Type:
    """Return the number itself, if both languages can write it exactly."""
    if math.isfinite(value) and value == int(value) and abs(value) <= _LARGEST_EXACT:
        return Exactly(int(value))
    return Scalar("number")


def _combinations(schema: Schema) -> Iterator[Type]:
    yield from map(type_of, schema.get("allOf", []))
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            yield union(map(type_of, schema[keyword]))
