"""Random payload schemas of every supported keyword, and payloads that nearly fit them.

Made with a `Random` and not with Hypothesis' strategies, which prefer small examples and vary each
one a little: of hundreds of schemas hardly one had an object within an object.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from supaops.config.payload_schema import TYPES

# Few of each, so that a payload often meets a schema.
NAMES = ["a", "b", "c", "0", "it's", "%", "$1", 'ä"\\']
INTEGERS = [-2, -1, 0, 1, 2, 3, 1.0, 10**20]
NUMBERS = [*INTEGERS, 0.5, 1.5, -0.1, 0.3, 1e22, 1e-320]
TEXTS = ["", "a", "A", "ab", "b1", "1", "äö", "\N{OK HAND SIGN}", "a\nb", "it's \\ $$ %"]
PATTERNS = ["^a", "b$", r"\d", "^.{2}$", "[^a-z]", "'", r"\\|\$", "(?:a|ä)+"]
SCALARS: dict[str, list[Any]] = {
    "null": [None],
    "boolean": [True, False],
    "integer": INTEGERS,
    "number": NUMBERS,
    "string": TEXTS,
}


class Maker:
    """Makes schemas and payloads out of one source of chance."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def schema(self, depth: int = 3) -> dict[str, Any]:
        """Return a schema of one or two groups of keywords, with schemas in it down to a depth."""
        groups = [*[self._objects] * 3, self._arrays, self._choices] if depth else []
        chosen = self.random.choices([*groups, self._texts, self._numbers, self._constants], k=2)
        parts = [group(depth - 1) for group in chosen[: self.random.choice([1, 1, 2])]]
        return {name: operand for part in parts for name, operand in part.items()}

    def _within(self, depth: int) -> Any:
        return self._coin() if self._rarely() else self.schema(depth)

    def _objects(self, depth: int) -> dict[str, Any]:
        members = {name: self._within(depth) for name in self._names(3)}
        others = [lambda: False, lambda: self._within(depth)]
        return self._some(
            type=lambda: self._types("object"),
            properties=lambda: members,
            required=lambda: self._names(2),
            additionalProperties=self.random.choice(others),
        )

    def _arrays(self, depth: int) -> dict[str, Any]:
        return self._some(
            type=lambda: self._types("array"),
            items=lambda: self._within(depth),
            minItems=self._count,
            maxItems=lambda: self._count() + 1,
            uniqueItems=self._coin,
        )

    def _choices(self, depth: int) -> dict[str, Any]:
        keyword = self.random.choice(["allOf", "anyOf", "oneOf", "not"])
        branches = [self._within(depth) for _ in range(self.random.randint(1, 3))]
        return {keyword: branches[0] if keyword == "not" else branches}

    def _texts(self, _depth: int) -> dict[str, Any]:
        return self._some(
            type=lambda: self._types("string"),
            minLength=self._count,
            maxLength=lambda: self._count() + 1,
            pattern=lambda: self.random.choice(PATTERNS),
            title=lambda: self.random.choice(TEXTS),
        )

    def _numbers(self, _depth: int) -> dict[str, Any]:
        bounds = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
        wanted = ["number", "integer", ["integer", "number"], ["boolean", "integer"]]
        return self._some(
            type=lambda: self.random.choice(wanted),
            multipleOf=lambda: self.random.choice([1, 2, 0.5, 0.1, 1.0, 1e-320]),
            **{self.random.choice(bounds): lambda: self.random.choice(NUMBERS)},
        )

    def _constants(self, _depth: int) -> dict[str, Any]:
        if self._rarely():
            return {"const": self.value()}
        return {"enum": [self.value() for _ in range(self.random.randint(1, 4))]}

    def value(self, depth: int = 2) -> Any:
        """Return any JSON value."""
        kind = self.random.choice([*TYPES] if depth else [*SCALARS])
        if kind == "object":
            return {name: self.value(depth - 1) for name in self._names(3)}
        if kind == "array":
            return [self.value(depth - 1) for _ in range(self._count())]
        return self.random.choice(SCALARS[kind])

    def fitting(self, schema: Any) -> Any:
        """Return a value that a schema may well accept; most others would fail at their type."""
        if isinstance(schema, bool) or self._rarely():
            return self.value()
        if constants := [schema["const"]] if "const" in schema else schema.get("enum"):
            return self.random.choice(constants)
        branches = [each for name in ("allOf", "anyOf", "oneOf") for each in schema.get(name, [])]
        if branches and self._coin():
            return self.fitting(self.random.choice(branches))
        return self._of_type(self.random.choice(_types_of(schema)), schema)

    def _of_type(self, kind: str, schema: dict[str, Any]) -> Any:
        if kind == "object":
            return self._object(schema)
        if kind == "array":
            items = schema.get("items", True)
            return [self.fitting(items) for _ in range(self._count())]
        return self.random.choice(SCALARS[kind])

    def _object(self, schema: dict[str, Any]) -> dict[str, Any]:
        declared = schema.get("properties", {})
        others = schema.get("additionalProperties", True)
        optional = [name for name in declared if self._coin()]
        extra = [] if others is False else self._names(1)
        names = {*extra, *optional, *schema.get("required", [])}
        return {name: self.fitting(declared.get(name, others)) for name in sorted(names)}

    def _types(self, name: str) -> Any:
        return self.random.choice([name, name, name, [name, "null"], list(TYPES)])

    def _names(self, most: int) -> list[str]:
        return self.random.sample(NAMES, self.random.randint(0, most))

    def _count(self) -> int:
        return self.random.randint(0, 3)

    def _coin(self) -> bool:
        return self.random.random() < 1 / 2

    def _rarely(self) -> bool:
        return self.random.random() < 1 / 6

    def _some(self, **operands: Callable[[], Any]) -> dict[str, Any]:
        """Return a mapping of about half of the keywords to an operand."""
        chosen = [name for name in operands if self._coin()]
        return {name: operands[name]() for name in chosen or [*operands][:1]}


def _types_of(schema: dict[str, Any]) -> list[str]:
    """Return the types that a schema asks for, or those that its keywords are about."""
    about = {"properties": "object", "required": "object", "items": "array", "minLength": "string"}
    wanted = schema.get("type") or [about[name] for name in schema if name in about] or [*TYPES]
    return [wanted] if isinstance(wanted, str) else list(wanted)
