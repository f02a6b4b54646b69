"""A type holds every payload that its schema accepts: no checker refuses what is valid."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from supaops.render.types.schema import type_of
from supaops.render.types.tree import (
    AnyOf,
    Anything,
    Exactly,
    ListOf,
    Nothing,
    Record,
    Scalar,
    Type,
    holds_empty_object,
)
from tests.db.queue.schemas import Maker

SCHEMAS = 1500
OF_SCALAR: dict[str, Any] = {
    "null": type(None),
    "boolean": bool,
    "string": str,
    "number": int | float,
    "integer": int | float,
}


def random_maker(seed: int) -> Maker:
    return Maker(Random(seed))  # noqa: S311  the same schemas on every run


def holds(whole: Type, value: Any) -> bool:
    """Tell whether a value is of a type, as both languages' checkers would."""
    match whole:
        case AnyOf(types):
            return any(holds(each, value) for each in types)
        case ListOf(item):
            return isinstance(value, list) and all(holds(item, each) for each in value)
        case Record():
            return isinstance(value, dict) and record_holds(whole, value)
    return simple_holds(whole, value)


def simple_holds(whole: Type, value: Any) -> bool:
    match whole:
        case Exactly(wanted):
            return isinstance(wanted, bool) == isinstance(value, bool) and wanted == value
        case Scalar(name):
            return scalar_holds(name, value)
    return isinstance(whole, Anything)


def record_holds(record: Record, value: dict[str, Any]) -> bool:
    needed = {name for name, each in record.members.items() if each.required}
    members = (holds(record.member(name).type, each) for name, each in value.items())
    return needed <= value.keys() and all(members)


def scalar_holds(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, OF_SCALAR[name]) and (name != "integer" or value == int(value))


def test_every_payload_that_a_random_schema_accepts_is_of_its_type() -> None:
    maker, accepted, narrow = random_maker(30), 0, 0
    for _ in range(SCHEMAS):
        schema = maker.schema()
        whole, validator = type_of(schema), Draft202012Validator(schema)
        narrow += whole != Anything()
        for payload in (maker.fitting(schema) for _ in range(3)):
            if validator.is_valid(payload):
                accepted += 1
                assert holds(whole, payload), f"{schema}\n{payload}\n{whole}"
    assert accepted > SCHEMAS
    assert narrow > SCHEMAS / 2


def test_a_payload_may_be_left_out_only_where_an_empty_one_is_of_the_type() -> None:
    maker = random_maker(31)
    for whole in (type_of(maker.schema()) for _ in range(SCHEMAS)):
        assert holds_empty_object(whole) == holds(whole, {})


A, NUMBER, TEXT = Exactly("a"), Scalar("number"), Scalar("string")


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({}, Anything()),
        ({"type": ["string", "null"]}, AnyOf((TEXT, Scalar("null")))),
        ({"type": "string", "enum": ["a", 1]}, A),
        ({"type": "number", "enum": [1, True]}, Exactly(1)),
        ({"enum": [1.5, 2]}, NUMBER),
        ({"enum": [2**60, "a"]}, AnyOf((NUMBER, A))),
        ({"anyOf": [{"const": "a"}, {"type": "string"}]}, TEXT),
        ({"type": "integer", "oneOf": [{"type": "number"}, {"type": "string"}]}, Scalar("integer")),
        ({"type": "string", "const": 1}, Nothing()),
        ({"const": 1, "enum": [True]}, Nothing()),
        ({"type": "array", "items": {"type": "string"}}, ListOf(TEXT)),
        ({"type": "array"}, ListOf(Anything())),
        ({"const": ["a", 1]}, ListOf(AnyOf((A, Exactly(1))))),
        ({"type": "string", "not": {"const": "a"}, "pattern": "^b"}, TEXT),
        ({"type": "object", "required": ["a"], "properties": {"a": False}}, Nothing()),
    ],
)
def test_a_schema_is_the_narrowest_type_that_both_languages_know(
    schema: dict[str, Any], expected: Type
) -> None:
    assert type_of(schema) == expected


def test_all_of_several_objects_is_one_with_the_members_of_all() -> None:
    open_one = {"type": "object", "properties": {"a": {"type": ["string", "null"]}}}
    closed = {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": True},
        "required": ["b"],
        "additionalProperties": False,
    }
    whole = type_of({"allOf": [open_one, closed]})
    assert isinstance(whole, Record)
    assert {name: (each.type, each.required) for name, each in whole.members.items()} == {
        "a": (TEXT, False),
        "b": (Anything(), True),
    }
    assert whole.others == Nothing()


def test_many_choices_of_many_are_cut_short_instead_of_multiplied() -> None:
    few = [{"type": "object", "properties": {name: {"const": 1}}} for name in "abcdefgh"]
    many = [{"type": "object", "properties": {str(name): {"const": 2}}} for name in range(20)]
    whole = type_of({"allOf": [{"anyOf": few}, {"anyOf": many}]})
    assert isinstance(whole, AnyOf)
    assert [[*each.members] for each in whole.types if isinstance(each, Record)] == [
        *map(list, "abcdefgh")
    ]
