"""Whether what a handler takes and what its task type declares can be the same payload.

It compares names, what is required, and primitive types, at every depth of objects and lists: what
two people get wrong about one payload. Two schemas that pass may still differ, in a pattern, say.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

_REFERENCE = "#/$defs/"


class Misfit(NamedTuple):
    """A payload that is declared and cannot be taken: what is wrong, and what mends it."""

    message: str
    remedy: str


def misfits(model: dict[str, Any], declared: Any) -> Iterator[Misfit]:
    """Yield what a model and a declared schema disagree about.

    Args:
        model: the JSON schema of the handler's type, as pydantic writes it.
        declared: the JSON schema of the YAML.
    """
    return _Comparison(model.get("$defs", {})).of(model, declared, "")


class _Comparison:
    """Compares two schemas, of which the first may refer to definitions."""

    def __init__(self, definitions: dict[str, Any]) -> None:
        self._definitions = definitions

    def of(self, model: Any, declared: Any, path: str) -> Iterator[Misfit]:
        model = self._followed(model)
        if not (isinstance(model, dict) and isinstance(declared, dict)):
            return
        taken, said = self._types(model), self._types(declared)
        if taken and said and not taken & said:
            yield _contradiction(path, model, declared)
        elif "properties" in model:
            yield from self._objects(model, declared, path)
        elif "items" in model:
            yield from self.of(model["items"], declared.get("items"), f"{path}[]")

    def _objects(
        self, model: dict[str, Any], declared: dict[str, Any], path: str
    ) -> Iterator[Misfit]:
        taken, said = model["properties"], declared.get("properties", {})
        for name in model.get("required", []):
            if name not in declared.get("required", []):
                yield _missing(_below(path, name), known=name in said)
        for name in said if model.get("additionalProperties") is False else ():
            if name not in taken and said[name] is not False:
                yield _unknown(_below(path, name))
        for name in taken.keys() & said.keys():
            yield from self.of(taken[name], said[name], _below(path, name))

    def _followed(self, schema: Any) -> Any:
        """Return what a reference means; of a choice with null, the other one."""
        if not isinstance(schema, dict):
            return schema
        if schema.get("$ref", "").startswith(_REFERENCE):
            return self._followed(self._definitions[schema["$ref"].removeprefix(_REFERENCE)])
        branches = [each for each in schema.get("anyOf", []) if each != {"type": "null"}]
        return self._followed(branches[0]) if len(branches) == 1 else schema

    def _types(self, schema: Any) -> frozenset[str]:
        """Return the types that a schema allows; none where it does not say."""
        schema = self._followed(schema)
        if not isinstance(schema, dict) or "type" not in schema:
            return frozenset()
        names = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        return frozenset(names) | ({"integer"} if "number" in names else frozenset())


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _contradiction(path: str, model: dict[str, Any], declared: dict[str, Any]) -> Misfit:
    what = f"`{path}`" if path else "the payload"
    said, taken = (_listed(each["type"]) for each in (declared, model))
    return Misfit(f"takes {what} as {taken}, which is declared as {said}", "let both say the same")


def _missing(path: str, *, known: bool) -> Misfit:
    lack = "require" if known else "have"
    return Misfit(
        f"needs `{path}`, which the declared payload does not {lack}",
        "require it there, or give it a default in the handler's type",
    )


def _unknown(path: str) -> Misfit:
    return Misfit(
        f"refuses `{path}`, which is declared", "add it to the handler's type, or remove it there"
    )


def _listed(types: str | list[str]) -> str:
    return types if isinstance(types, str) else " or ".join(types)
