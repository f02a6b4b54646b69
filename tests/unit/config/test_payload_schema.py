"""The part of JSON Schema that a payload may use."""

from __future__ import annotations

from typing import Any

import pytest

from supaops.config.payload_schema import check_payload_schema
from supaops.config.places import KeyPath, dotted
from supaops.config.problem import Complaints

ACCEPTED: list[dict[str, Any]] = [
    {},
    {"type": ["string", "null"]},
    {"properties": {"format": {"type": "string"}, "$ref": True}, "required": ["format"]},
    {"additionalProperties": {"type": "integer", "minimum": 0, "exclusiveMaximum": 1.5}},
    {"items": False, "minItems": 0, "maxItems": 3, "uniqueItems": True},
    {"anyOf": [{"const": None}, {"enum": [1, "a", {}]}], "not": {"multipleOf": 0.5}},
    {"title": "t", "description": "d", "$comment": "c", "default": {}, "examples": [1]},
    {"pattern": "^a+$", "minLength": 1, "maxLength": 9},
    {"pattern": r"(?:a|(?=b)|(?!c)|(?<=d)|(?<!e))\\b\(?f[(?]"},
]

REFUSED: list[tuple[dict[str, Any], KeyPath]] = [
    ({"type": []}, ("type",)),
    ({"type": "String"}, ("type",)),
    ({"type": ["string", "string"]}, ("type",)),
    ({"type": {"a": 1}}, ("type",)),
    ({"enum": []}, ("enum",)),
    ({"enum": "a"}, ("enum",)),
    ({"properties": []}, ("properties",)),
    ({"properties": {"a": 1}}, ("properties", "a")),
    ({"required": ["a", "a"]}, ("required",)),
    ({"required": [1]}, ("required",)),
    ({"additionalProperties": "no"}, ("additionalProperties",)),
    ({"items": [{}]}, ("items",)),
    ({"minItems": -1}, ("minItems",)),
    ({"maxItems": 1.5}, ("maxItems",)),
    ({"minLength": True}, ("minLength",)),
    ({"uniqueItems": "true"}, ("uniqueItems",)),
    ({"minimum": "1"}, ("minimum",)),
    ({"multipleOf": 0}, ("multipleOf",)),
    ({"pattern": "["}, ("pattern",)),
    ({"pattern": r"\bword"}, ("pattern",)),
    ({"pattern": r"a\\\B"}, ("pattern",)),
    ({"pattern": "(?P<named>a)"}, ("pattern",)),
    ({"pattern": "(?i)a"}, ("pattern",)),
    ({"anyOf": []}, ("anyOf",)),
    ({"oneOf": {}}, ("oneOf",)),
    ({"not": [{}]}, ("not",)),
    ({"title": 1}, ("title",)),
    ({"examples": 1}, ("examples",)),
    ({"format": "email"}, ("format",)),
    ({"$ref": "#"}, ("$ref",)),
    (
        {"allOf": [True, {"items": {"patternProperties": {}}}]},
        ("allOf", 1, "items", "patternProperties"),
    ),
]


@pytest.mark.parametrize("schema", ACCEPTED, ids=str)
def test_a_supported_schema_is_kept_as_it_is(schema: dict[str, Any]) -> None:
    assert check_payload_schema(schema) is schema


@pytest.mark.parametrize(("schema", "path"), REFUSED, ids=str)
def test_an_unsupported_or_malformed_schema_is_refused(
    schema: dict[str, Any], path: KeyPath
) -> None:
    with pytest.raises(Complaints) as caught:
        check_payload_schema(schema)
    assert [dotted(complaint.below) for complaint in caught.value.complaints] == [dotted(path)]


def test_every_fault_of_a_schema_is_reported_at_once() -> None:
    with pytest.raises(Complaints) as caught:
        check_payload_schema({"type": "x", "properties": {"a": {"if": {}, "minimum": None}}})
    assert len(caught.value.complaints) == 3
