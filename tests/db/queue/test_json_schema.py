"""supaops.json_schema_errors, case by case; verdicts are those of JSON Schema 2020-12."""

from __future__ import annotations

import json
from typing import Any

import pytest

from supaops.db.connect import Connection
from tests.db.calls import value

CASES: list[tuple[Any, list[Any], list[Any]]] = [
    # schema, instances that it accepts, instances that it refuses
    (True, [None, 1, {}], []),
    (False, [], [None, 1, {}]),
    ({}, [None, 1, "x", [], {}], []),
    ({"type": "null"}, [None], [0, False, "", {}]),
    ({"type": "boolean"}, [True, False], [0, 1, "true", None]),
    ({"type": "integer"}, [0, -3, 1.0, 10**20], [1.5, True, "1", None]),
    ({"type": "number"}, [0, 1.5, -2e10], [True, "1", None]),
    ({"type": "string"}, ["", "x"], [1, None, ["x"]]),
    ({"type": "array"}, [[], [1]], [{}, "[]"]),
    ({"type": "object"}, [{}, {"a": 1}], [[], None]),
    ({"type": ["string", "null"]}, ["x", None], [1, True]),
    ({"type": ["integer", "number"]}, [1, 1.5], ["1"]),
    ({"type": []}, [], [1, None]),
    ({"enum": [1, "a", None, {"a": [1]}]}, [1, 1.0, "a", None, {"a": [1.0]}], [2, True, "b", {}]),
    ({"enum": [True]}, [True], [1, "true"]),
    ({"const": 0}, [0, 0.0], [False, None, "0"]),
    ({"const": None}, [None], [0, False]),
    ({"const": {"a": 1, "b": 2}}, [{"b": 2, "a": 1}], [{"a": 1}]),
    ({"properties": {"a": {"type": "integer"}}}, [{}, {"a": 1}, {"b": "x"}, 7], [{"a": "x"}]),
    ({"properties": {"a": False}}, [{}, {"b": 1}], [{"a": 1}]),
    ({"required": ["a", "b"]}, [{"a": 1, "b": None}, 7, []], [{}, {"a": 1}]),
    ({"additionalProperties": False}, [{}, 3], [{"a": 1}]),
    (
        {"properties": {"a": True}, "additionalProperties": {"type": "string"}},
        [{"a": 1}, {"a": 1, "b": "x"}],
        [{"b": 1}],
    ),
    ({"items": {"type": "integer"}}, [[], [1, 2], {"a": "x"}], [["x"], [1, None]]),
    ({"items": False}, [[]], [[1]]),
    ({"minItems": 2}, [[1, 2], "x"], [[], [1]]),
    ({"maxItems": 1}, [[], [1]], [[1, 2]]),
    ({"uniqueItems": True}, [[], [1, 2], [1, True], [[1], [2]]], [[1, 1], [1, 1.0], [{}, {}]]),
    ({"uniqueItems": False}, [[1, 1]], []),
    ({"minimum": 3}, [3, 3.1, "x", None], [2.9, -1]),
    ({"maximum": 3}, [3, -1], [3.0001]),
    ({"exclusiveMinimum": 3}, [3.1, 4], [3, 2]),
    ({"exclusiveMaximum": 3}, [2.9], [3, 4]),
    ({"multipleOf": 2}, [0, 4, -6, "x"], [1, 3.5]),
    ({"multipleOf": 0.5}, [1, 1.5], [1.2]),
    ({"minLength": 2}, ["ab", "äö", 1], ["", "a", "\N{OK HAND SIGN}"]),
    ({"maxLength": 1}, ["", "a", "\N{OK HAND SIGN}"], ["ab"]),
    ({"pattern": "^a.c$"}, ["abc", 1], ["abcd", "xabc"]),
    ({"pattern": "b+"}, ["abc", "b"], ["ac", "", "B"]),
    ({"pattern": r"^\d{2}$"}, ["12"], ["1", "123", "ab"]),
    ({"anyOf": [{"type": "string"}, {"minimum": 5}]}, ["x", 5, None], [4]),
    ({"oneOf": [{"type": "integer"}, {"minimum": 2}]}, [1, 2.5], [3, 1.5]),
    ({"allOf": [{"minimum": 2}, {"maximum": 4}]}, [2, 3, "x"], [1, 5]),
    ({"not": {"type": "string"}}, [1, None], ["x"]),
    ({"not": {"not": {"type": "string"}}}, ["x"], [1]),
    ({"title": "t", "description": "d", "default": 1, "examples": [1]}, [None, 1], []),
]


def errors(db: Connection, schema: object, instance: object) -> list[str]:
    """Return what the function finds."""
    found: list[str] = value(
        db,
        "select supaops.json_schema_errors(%s::jsonb, %s::jsonb, '$')",
        json.dumps(schema),
        json.dumps(instance),
    )
    return found


@pytest.mark.parametrize(("schema", "good", "bad"), CASES, ids=lambda case: json.dumps(case)[:40])
def test_a_value_is_judged_as_the_specification_says(
    queue: Connection, schema: object, good: list[object], bad: list[object]
) -> None:
    assert {json.dumps(each): errors(queue, schema, each) for each in good} == {
        json.dumps(each): [] for each in good
    }
    assert [each for each in bad if errors(queue, schema, each) == []] == []


def test_every_fault_is_reported_with_its_path(queue: Connection) -> None:
    schema = {
        "type": "object",
        "required": ["id", "name"],
        "additionalProperties": False,
        "properties": {
            "id": {"type": "integer", "minimum": 1},
            "tags": {"type": "array", "maxItems": 2, "items": {"type": "string", "minLength": 1}},
            "mode": {"enum": ["fast", "slow"]},
        },
    }
    instance = {"id": 0, "tags": ["a", "", 3], "mode": "medium", "extra": None}
    assert sorted(errors(queue, schema, instance)) == [
        "$.id: expected at least 1",
        '$.mode: expected one of "fast", "slow"',
        "$.tags: expected at most 2 items, got 3",
        "$.tags[1]: expected at least 1 characters",
        "$.tags[2]: expected string, got number",
        '$: missing "name"',
        '$: unknown key "extra"',
    ]


@pytest.mark.parametrize(
    "hostile", ["%s %I", "a'b", '"', "\\", "$$", "{{ x }}", "\N{OK HAND SIGN}"]
)
def test_a_hostile_key_or_text_is_reported_as_it_is(queue: Connection, hostile: str) -> None:
    schema = {"properties": {hostile: {"const": hostile}}, "additionalProperties": False}
    assert errors(queue, schema, {hostile: hostile}) == []
    assert len(errors(queue, schema, {hostile: 1, hostile + "x": 2})) == 2
