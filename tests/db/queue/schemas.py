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


# A schema mostly speaks of one type, and says which.
OBJECT, ARRAY, TEXT, NUMBER = (
    st.sampled_from([name, name, name, [name, "null"], list(TYPES)])
    for name in ("object", "array", "string", "number")
)
INTEGER = st.sampled_from(["integer", ["integer", "number"], ["boolean", "integer"]])


@st.composite
def schemas(draw: st.DrawFn, depth: int = 2) -> Any:
    """Return schemas of one or two groups of keywords, with schemas in them down to `depth`."""
    inner = schemas(depth - 1) | st.booleans() if depth else st.booleans()
    parts = draw(st.lists(st.one_of(_parts(inner)), min_size=1, max_size=2))
    return {name: operand for part in parts for name, operand in part.items()}


def _parts(schema: Strategy) -> list[Strategy]:
    """Return groups of keywords that belong together; objects twice, as payloads are."""
    branches = st.lists(schema, min_size=1, max_size=3)
    types = st.lists(st.sampled_from(TYPES), min_size=1, max_size=3, unique=True)
    objects = _some(
        type=OBJECT,
        properties=st.dictionaries(NAMES, schema, min_size=1, max_size=3),
        required=st.lists(NAMES, max_size=2, unique=True),
        additionalProperties=schema | st.just(False),  # noqa: FBT003  an operand
    )
    return [
        objects,
        objects,
        _some(
            type=ARRAY, items=schema, minItems=COUNTS, maxItems=COUNTS, uniqueItems=st.booleans()
        ),
        _some(type=TEXT, minLength=COUNTS, maxLength=COUNTS, pattern=st.sampled_from(PATTERNS)),
        _some(type=NUMBER | INTEGER, minimum=NUMBERS, exclusiveMaximum=NUMBERS),
        _some(type=NUMBER | INTEGER, maximum=NUMBERS, exclusiveMinimum=NUMBERS),
        _some(type=NUMBER, multipleOf=st.sampled_from([1, 2, 0.5, 0.1, 1.0, 1e-320])),
        _some(type=types, title=TEXTS),
        _some(const=VALUES) | _some(enum=st.lists(VALUES, min_size=1, max_size=4)),
        _some(allOf=branches) | _some(anyOf=branches) | _some(oneOf=branches),
        st.fixed_dictionaries({"not": schema}),
    ]


def _some(**operands: Strategy) -> Strategy:
    """Return mappings of at least one of the keywords to its operand."""
    return st.fixed_dictionaries({}, optional=operands).filter(bool)


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
    schema = draw(schemas())
    return schema, draw(st.lists(fitting(schema) | VALUES, min_size=6, max_size=6))
