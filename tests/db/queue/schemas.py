"""Generated payload schemas of every supported keyword, and payloads that nearly fit them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from supaops.config.payload_schema import TYPES

Strategy = st.SearchStrategy[Any]

# Few of each, so that a generated payload often meets a generated schema.
NAMES = st.sampled_from(["a", "b", "c", "0", "it's", "%", "$1", 'ä"\\'])
NUMBERS = st.integers(-2, 4) | st.sampled_from([0.5, 1.0, 1.5, -0.1, 0.3, 1e22, 10**20, 1e-320])
TEXTS = st.sampled_from(["", "a", "ab", "b1", "1", "äö", "\N{OK HAND SIGN}", "a\nb", "it's \\ $$ %"])
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
PATTERNS = ["^a", "b$", r"\d", "^.{2}$", "[^a-z]", "'", r"\\|\$", "(?:a|ä)+"]
COUNTS = st.integers(0, 3)


def _keyword(name: str, operands: Strategy) -> Strategy:
    return operands.map(lambda operand: {name: operand})


def _merged(parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: operand for part in parts for name, operand in part.items()}


def _extended(schema: Strategy) -> Strategy:
    """Return schemas of a few keywords whose operands are schemas of the given ones."""
    types, branches = st.sampled_from(TYPES), st.lists(schema, min_size=1, max_size=3)
    keywords = [
        _keyword("type", types | st.lists(types, min_size=1, max_size=3, unique=True)),
        _keyword("const", VALUES),
        _keyword("enum", st.lists(VALUES, min_size=1, max_size=4)),
        _keyword("properties", st.dictionaries(NAMES, schema, max_size=3)),
        _keyword("required", st.lists(NAMES, max_size=2, unique=True)),
        _keyword("additionalProperties", schema),
        _keyword("items", schema),
        _keyword("uniqueItems", st.booleans()),
        _keyword("pattern", st.sampled_from(PATTERNS)),
        _keyword("multipleOf", st.sampled_from([1, 2, 0.5, 0.1, 1.0, 1e-320])),
        _keyword("not", schema),
        _keyword("title", TEXTS),
        *(_keyword(name, branches) for name in ("allOf", "anyOf", "oneOf")),
        *(_keyword(name, COUNTS) for name in ("minItems", "maxItems", "minLength", "maxLength")),
        *(_keyword(name, NUMBERS) for name in ("minimum", "maximum")),
        *(_keyword(name, NUMBERS) for name in ("exclusiveMinimum", "exclusiveMaximum")),
    ]
    return st.lists(st.one_of(keywords), min_size=1, max_size=4).map(_merged)


SCHEMAS = _extended(st.recursive(st.booleans(), _extended, max_leaves=5))


def fitting(schema: Any) -> Strategy:
    """Return values that a schema may well accept; most others would fail at their type."""
    if isinstance(schema, bool):
        return VALUES
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    branches = [each for name in ("allOf", "anyOf", "oneOf") for each in schema.get(name, [])]
    if branches:
        return st.one_of([fitting(each) for each in branches])
    wanted = schema.get("type", ["object", "array", "number", "string"])
    kinds = [wanted] if isinstance(wanted, str) else wanted
    return st.one_of([_of_type(kind, schema) for kind in kinds])


def _of_type(kind: str, schema: dict[str, Any]) -> Strategy:
    match kind:
        case "object":
            return _objects(schema)
        case "array":
            return st.lists(fitting(schema.get("items", True)), max_size=3)
        case "string":
            return TEXTS
        case "number":
            return NUMBERS
        case "integer":
            return st.integers(-2, 4) | st.sampled_from([1.0, 10**20])
        case "boolean":
            return st.booleans()
        case _:
            return st.none()


def _objects(schema: dict[str, Any]) -> Strategy:
    properties = schema.get("properties", {})
    members = {name: fitting(wanted) for name, wanted in properties.items()}
    needed = {name: members.pop(name, VALUES) for name in schema.get("required", [])}
    others = st.dictionaries(NAMES, fitting(schema.get("additionalProperties", True)), max_size=1)
    known = st.fixed_dictionaries(needed, optional=members)
    return st.tuples(others, known).map(lambda pair: {**pair[0], **pair[1]})


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, Any], list[Any]]:
    """Return a schema and payloads to hold against it."""
    schema = draw(SCHEMAS)
    return schema, draw(st.lists(fitting(schema) | VALUES, min_size=6, max_size=6))
