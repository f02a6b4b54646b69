"""A payload's JSON Schema as one SQL condition: what enqueue asks before it asks the interpreter.

The interpreter, supaops.json_schema_errors, says what is wrong with a payload; most payloads are
right, and one compiled condition sees that at once. The two must agree: each function here has its
counterpart in ``templates/sql/functions/supaops/json_schema/json_*_errors.sql.j2``.

Every condition is true or false for every JSON value, never null, and raises nothing: what holds
for one type only stands in a branch of a `case` over the type, which SQL evaluates in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from supaops.render.condition import (
    FALSE,
    TRUE,
    all_of,
    any_of,
    bracketed,
    case_of,
    every,
    negated,
    one_of,
)
from supaops.render.quoting import Sql, json_literal, literal

# Beyond these nobody could read the function that holds the condition.
DEEPEST = 10  # schemas within schemas
LONGEST = 10_000  # characters

KEYWORDS = frozenset(
    {
        *("type", "const", "enum", "allOf", "anyOf", "oneOf", "not"),
        *("required", "properties", "additionalProperties"),
        *("items", "minItems", "maxItems", "uniqueItems"),
        *("minLength", "maxLength", "pattern"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        *("title", "description", "$comment", "default", "examples"),
    }
)

_DISTINCT = """\
select count(distinct item.value)
from jsonb_array_elements({}) as item (value)"""

Schema = Mapping[str, Any]
Clauses = Callable[[Schema, "_Value"], Iterator[str]]


def payload_condition(schema: Schema, payload: str = "payload") -> Sql | None:
    """Return the condition under which a value satisfies a schema, or None: ask the interpreter.

    Args:    payload: the SQL name of a jsonb value that is not null.
    Returns: None for a schema that is too deep or too long, or has a keyword unknown here.
    """
    try:
        condition = _condition(schema, _Value(payload, f"{payload} #>> '{{}}'"))
    except _Uncompilable:
        return None
    return Sql(condition) if len(condition) <= LONGEST else None


class _Uncompilable(Exception):
    """The schema is left to the interpreter."""


@dataclass(frozen=True, slots=True)
class _Value:
    """Where a value is found.

    Attributes:
        jsonb: SQL that yields it.
        text: SQL that yields the text of a string.
        depth: of the schema that it is held against, 0 for the outermost.
    """

    jsonb: str
    text: str
    depth: int = 0

    @property
    def operand(self) -> str:
        """Return SQL that may stand beside any operator."""
        return f"({self.jsonb})" if " " in self.jsonb else self.jsonb

    def again(self) -> _Value:
        """Return the same value, for a schema within the schema."""
        return replace(self, depth=self.depth + 1)

    def member(self, name: str) -> _Value:
        """Return what an object holds under a name; null where it holds nothing."""
        key = literal(name)
        return _Value(f"{self.jsonb} -> {key}", f"{self.jsonb} ->> {key}", self.depth + 1)

    def each(self, kind: str) -> tuple[str, _Value]:
        """Return an alias for rows with a column `value`, and that column."""
        alias = f"{kind}_{self.depth + 1}"
        return alias, _Value(f"{alias}.value", f"{alias}.value #>> '{{}}'", self.depth + 1)


def _condition(schema: bool | Schema, value: _Value) -> str:  # noqa: FBT001  a schema may be true
    if isinstance(schema, bool):
        return literal(schema)
    if value.depth > DEEPEST or not KEYWORDS.issuperset(schema):
        raise _Uncompilable
    return all_of(
        [_typed(schema, value), *_constants(schema, value), *_combinations(schema, value)]
    )


def _typed(schema: Schema, value: _Value) -> str:
    """Return what depends on the value's type, as a `case` where there is more to it."""
    subject = f"jsonb_typeof({value.jsonb})"
    if "type" in schema:
        kinds = {"number" if name == "integer" else name for name in _type_names(schema)}
        cases = {kind: all_of(_CLAUSES[kind](schema, value)) for kind in _CLAUSES if kind in kinds}
        return case_of(subject, cases, otherwise=FALSE)
    cases = {kind: all_of(clauses(schema, value)) for kind, clauses in _CLAUSES.items()}
    special = {kind: condition for kind, condition in cases.items() if condition != TRUE}
    return case_of(subject, special, otherwise=TRUE)


def _type_names(schema: Schema) -> list[str]:
    named: str | list[str] = schema.get("type", [])
    return [named] if isinstance(named, str) else named


def _constants(schema: Schema, value: _Value) -> Iterator[str]:
    if "const" in schema:
        yield f"{value.jsonb} = {json_literal(schema['const'])}"
    if "enum" in schema:
        yield f"{value.jsonb} in ({', '.join(map(json_literal, schema['enum']))})"


def _object(schema: Schema, value: _Value) -> Iterator[str]:
    if names := schema.get("required"):
        yield f"{value.jsonb} ?& {_array_of(names)}"
    properties = schema.get("properties", {})
    yield _others(schema.get("additionalProperties", True), sorted(properties), value)
    for name, wanted in sorted(properties.items()):
        member = value.member(name)
        yield any_of([_condition(wanted, member), f"{member.jsonb} is null"])


def _others(wanted: bool | Schema, declared: list[str], value: _Value) -> str:  # noqa: FBT001  a schema may be true
    """Return what `additionalProperties` wants of the keys that are not declared."""
    rest = f"{value.operand} - {_array_of(declared)}" if declared else value.jsonb
    alias, other = value.each("other")
    condition = _condition(wanted, other)
    if condition == FALSE:
        return f"{rest} = '{{}}'"
    return every(f"jsonb_each({rest}) as {alias} (key, value)", condition)


def _array(schema: Schema, value: _Value) -> Iterator[str]:
    size = f"jsonb_array_length({value.jsonb})"
    yield from _compared(schema, size, {"minItems": ">=", "maxItems": "<="})
    if schema.get("uniqueItems"):
        yield f"{size} = {bracketed(_DISTINCT.format(value.jsonb))}"
    alias, item = value.each("item")
    condition = _condition(schema.get("items", True), item)
    yield every(f"jsonb_array_elements({value.jsonb}) as {alias} (value)", condition)


def _string(schema: Schema, value: _Value) -> Iterator[str]:
    yield from _compared(schema, f"length({value.text})", {"minLength": ">=", "maxLength": "<="})
    yield from _compared(schema, f"({value.text})", {"pattern": "~"})


def _number(schema: Schema, value: _Value) -> Iterator[str]:
    number = f"({value.jsonb})::numeric"
    names = _type_names(schema)
    if "integer" in names and "number" not in names:
        yield f"{number} % 1 = 0"
    bounds = {"minimum": ">=", "maximum": "<=", "exclusiveMinimum": ">", "exclusiveMaximum": "<"}
    yield from _compared(schema, number, bounds)
    if "multipleOf" in schema:
        yield f"{number} % {literal(schema['multipleOf'])} = 0"


def _anything(_schema: Schema, _value: _Value) -> Iterator[str]:
    return iter(())


_CLAUSES: dict[str, Clauses] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "number": _number,
    "boolean": _anything,
    "null": _anything,
}


def _combinations(schema: Schema, value: _Value) -> Iterator[str]:
    joined = {"allOf": all_of, "anyOf": any_of, "oneOf": one_of}
    for keyword, join in joined.items():
        if keyword in schema:
            yield join(_condition(branch, value.again()) for branch in schema[keyword])
    if "not" in schema:
        yield negated(_condition(schema["not"], value.again()))


def _compared(schema: Schema, subject: str, operators: Mapping[str, str]) -> Iterator[str]:
    for keyword, operator in operators.items():
        if keyword in schema:
            yield f"{subject} {operator} {literal(schema[keyword])}"


def _array_of(names: Iterable[str]) -> str:
    return f"array[{', '.join(map(literal, names))}]"
