"""Which condition a payload schema becomes, to the byte."""

from __future__ import annotations

from random import Random
from typing import Any

import pglast
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supaops.config.payload_schema import KEYWORDS
from supaops.render import payload_condition as module
from supaops.render.payload_condition import DEEPEST, payload_condition
from tests.db.queue.schemas import Maker

OF_ONE_TYPE: list[tuple[dict[str, Any], str, str]] = [
    # schema, JSON type, the condition on values of that type
    ({"minimum": 0}, "number", "(p)::numeric >= 0"),
    ({"maximum": -1.5}, "number", "(p)::numeric <= -1.5"),
    ({"exclusiveMinimum": 1e22}, "number", "(p)::numeric > 1e+22"),
    ({"exclusiveMaximum": 10**20}, "number", "(p)::numeric < 100000000000000000000"),
    ({"multipleOf": 0.1}, "number", "(p)::numeric % 0.1 = 0"),
    ({"minLength": 1}, "string", "length(p #>> '{}') >= 1"),
    ({"maxLength": 2}, "string", "length(p #>> '{}') <= 2"),
    ({"pattern": r"^\d$"}, "string", r"(p #>> '{}') ~ E'^\\d\x24'"),
    ({"minItems": 1}, "array", "jsonb_array_length(p) >= 1"),
    ({"maxItems": 2}, "array", "jsonb_array_length(p) <= 2"),
    ({"required": ["b", "a"]}, "object", "p ?& array['b', 'a']"),
    ({"additionalProperties": False}, "object", "p = '{}'"),
    ({"properties": {"a": False}}, "object", "p -> 'a' is null"),
    (
        {"properties": {"a": True, "it's": {"const": "$"}}},
        "object",
        r"""(p -> 'it''s' = E'"\x24"'::jsonb or p -> 'it''s' is null)""",
    ),
]

OF_ANY_TYPE: list[tuple[Any, str]] = [
    ({}, "true"),
    ({"title": "t", "description": "d", "default": 1}, "true"),
    ({"additionalProperties": {}, "items": True, "uniqueItems": False}, "true"),
    ({"type": "null"}, "jsonb_typeof(p) = 'null'"),
    ({"type": ["string", "number", "integer"]}, "jsonb_typeof(p) in ('string', 'number')"),
    ({"const": None}, "p = 'null'::jsonb"),
    ({"enum": ["a", 1]}, """p in ('"a"'::jsonb, '1'::jsonb)"""),
    ({"allOf": [{"const": 1}, {"const": 2}]}, "p = '1'::jsonb\nand p = '2'::jsonb"),
    ({"anyOf": [{"const": 1}, {"const": 2}]}, "(p = '1'::jsonb or p = '2'::jsonb)"),
    (
        {"oneOf": [{"const": 1}, {"const": 2}]},
        "(p = '1'::jsonb)::integer + (p = '2'::jsonb)::integer = 1",
    ),
    ({"not": {"const": 1}}, "not (p = '1'::jsonb)"),
]

NESTED: dict[str, Any] = {
    "type": "object",
    "required": ["to"],
    "properties": {
        "to": {"type": "string", "minLength": 3},
        "lines": {
            "type": "array",
            "uniqueItems": True,
            "items": {"type": "object", "properties": {"count": {"type": "integer"}}},
        },
        "tags": {"properties": {"a": True}, "additionalProperties": {"type": "string"}},
    },
    "additionalProperties": False,
}
NESTED_CONDITION = """\
case jsonb_typeof(payload)
  when 'object' then
    payload ?& array['to']
    and payload - array['lines', 'tags', 'to'] = '{}'
    and (
      case jsonb_typeof(payload -> 'lines')
        when 'array' then
          jsonb_array_length(payload -> 'lines') = (
            select count(distinct item.value)
            from jsonb_array_elements(payload -> 'lines') as item (value)
          )
          and not exists (
            select from jsonb_array_elements(payload -> 'lines') as item_2 (value)
            where not (
              case jsonb_typeof(item_2.value)
                when 'object' then
                  (
                    case jsonb_typeof(item_2.value -> 'count')
                      when 'number' then (item_2.value -> 'count')::numeric % 1 = 0
                      else false
                    end
                    or item_2.value -> 'count' is null
                  )
                else false
              end
            )
          )
        else false
      end
      or payload -> 'lines' is null
    )
    and (
      case jsonb_typeof(payload -> 'tags')
        when 'object' then
          not exists (
            select from jsonb_each((payload -> 'tags') - array['a']) as other_2 (key, value)
            where not (jsonb_typeof(other_2.value) = 'string')
          )
        else true
      end
      or payload -> 'tags' is null
    )
    and (
      case jsonb_typeof(payload -> 'to')
        when 'string' then length(payload ->> 'to') >= 3
        else false
      end
      or payload -> 'to' is null
    )
  else false
end"""


@pytest.mark.parametrize(("schema", "kind", "condition"), OF_ONE_TYPE, ids=str)
def test_a_keyword_of_one_type_lets_the_others_pass(
    schema: dict[str, Any], kind: str, condition: str
) -> None:
    text = f"case jsonb_typeof(p)\n  when '{kind}' then {condition}\n  else true\nend"
    assert payload_condition(schema, "p") == text


@pytest.mark.parametrize(("schema", "condition"), OF_ANY_TYPE, ids=str)
def test_a_keyword_of_any_type_is_a_condition_by_itself(schema: Any, condition: str) -> None:
    assert payload_condition(schema, "p") == condition


def test_a_condition_reads_like_its_schema() -> None:
    assert payload_condition(NESTED) == NESTED_CONDITION


def test_the_order_of_keys_makes_no_difference() -> None:
    keys = {"minLength": 1, "maxLength": 2, "type": "string", "const": "a", "not": {"const": "b"}}
    members = {"a": keys, "b": dict(reversed(keys.items()))}
    there = {"properties": members, "type": "object"}
    back = {"type": "object", "properties": dict(reversed(members.items()))}
    assert payload_condition(there) == payload_condition(back)


def test_every_keyword_that_a_config_may_hold_is_known() -> None:
    assert set(KEYWORDS) <= module.KEYWORDS


def test_an_unknown_keyword_anywhere_leaves_the_schema_to_the_interpreter() -> None:
    assert payload_condition({"not": {"items": {"contains": True}}}) is None


def test_a_schema_is_compiled_down_to_a_depth() -> None:
    schema: dict[str, Any] = {"const": 1}
    for _ in range(DEEPEST):
        schema = {"not": schema}
    assert payload_condition(schema) is not None
    assert payload_condition({"not": schema}) is None


def test_a_schema_that_would_fill_pages_is_left_to_the_interpreter() -> None:
    assert payload_condition({"enum": list(range(100))}) is not None
    assert payload_condition({"enum": list(range(1000))}) is None


@settings(deadline=None, derandomize=True, database=None)
@given(st.randoms(use_true_random=True))
def test_every_condition_is_one_expression_of_sql(random: Random) -> None:
    condition = payload_condition(Maker(random).schema())
    statement: Any = pglast.parse_sql(f"select {condition} from p")[0].stmt
    assert len(statement.targetList) == 1
