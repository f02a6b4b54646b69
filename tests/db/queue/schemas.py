"""Generated payload schemas of every supported keyword, and payloads that nearly fit them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from supaops.config.payload_schema import TYPES

Strategy = st.SearchStrategy[Any]

# Few of each, so that a generated payload often meets a generated schema.
NAMES = st.sampled_from(["a", "b", "c", "0", "it's", "%", "$1", 'ä"\\'])
NUMBERS = st.integers(-2, 4) | st.sampled_from([0.5, 1.0, 1.5, -0.1, 0.3, 1e22, 10**20, 1e-320])
TEXTS = st.sampled_from(
    ["", "a", "A", "ab", "b1", "1", "äö", "\N{OK HAND SIGN}", "a\nb", "it's \\ $$ %"]
)
SCALARS_BY_TYPE: dict[str, Strategy] = {
    "null": st.none(),
    "boolean": st.booleans(),
    "integer": st.integers(-2, 4) | st.sampled_from([1.0, 10**20]),
    "number": NUMBERS,
    "string": TEXTS,
}
SCALARS = st.one_of(list(SCALARS_BY_TYPE.values()))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
PATTERNS = ["^a", "b$", r"\d", "^.{2}$", "[^a-z]", "'", r"\\|\$", "(?:a|ä)+"]
COUNTS = st.integers(0, 3)


def _some(**operands: Strategy) -> Strategy:
    """Return mappings of at least one of the keywords to its operand."""
    return st.fixed_dictionaries({}, optional=operands).filter(bool)


# A schema mostly speaks of one type, and says which.
OBJECT, ARRAY, TEXT, NUMBER = (
    st.sampled_from([name, name, name, [name, "null"], list(TYPES)])
    for name in ("object", "array", "string", "number")
)
INTEGER = st.sampled_from(["integer", ["integer", "number"], ["boolean", "integer"]])

# Groups of keywords that belong together.
SIMPLE = [
    _some(type=TEXT, minLength=COUNTS, maxLength=COUNTS, pattern=st.sampled_from(PATTERNS)),
    _some(type=NUMBER | INTEGER, minimum=NUMBERS, exclusiveMaximum=NUMBERS),
    _some(type=NUMBER | INTEGER, maximum=NUMBERS, exclusiveMinimum=NUMBERS),
    _some(type=NUMBER, multipleOf=st.sampled_from([1, 2, 0.5, 0.1, 1.0, 1e-320])),
    _some(type=st.lists(st.sampled_from(TYPES), min_size=1, max_size=3, unique=True), title=TEXTS),
    _some(const=VALUES),
    _some(enum=st.lists(VALUES, min_size=1, max_size=4)),
]
SCHEMA: Strategy = st.deferred(lambda: st.one_of(st.booleans(), *SIMPLE, SCHEMAS))
BRANCHES = st.lists(SCHEMA, min_size=1, max_size=3)
OBJECTS = _some(
    type=OBJECT,
    properties=st.dictionaries(NAMES, SCHEMA, min_size=1, max_size=3),
    required=st.lists(NAMES, max_size=2, unique=True),
    additionalProperties=SCHEMA | st.just(False),  # noqa: FBT003  an operand
)
ARRAYS = _some(
    type=ARRAY, items=SCHEMA, minItems=COUNTS, maxItems=COUNTS, uniqueItems=st.booleans()
)
CHOICES = (
    _some(allOf=BRANCHES) | _some(anyOf=BRANCHES) | _some(oneOf=BRANCHES) | _some(**{"not": SCHEMA})
)
GROUPS = st.one_of(OBJECTS, OBJECTS, ARRAYS, CHOICES, *SIMPLE)
SCHEMAS: Strategy = st.lists(GROUPS, min_size=1, max_size=2).map(
    lambda parts: {name: operand for part in parts for name, operand in part.items()}
)


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
    if kind == "object":
        return _objects(schema)
    if kind == "array":
        return st.lists(fitting(schema.get("items", True)), max_size=3)
    return SCALARS_BY_TYPE[kind]


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
