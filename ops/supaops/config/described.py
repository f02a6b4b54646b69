"""JSON Schemas whose descriptions are the docstrings below a model's attributes.

Pydantic would read them too, for each model at its import, which every command would wait for; a
schema is written when the reference is.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import ModelSchema


class DescribedSchema(GenerateJsonSchema):
    """Describe each key by what stands below its attribute."""

    def model_schema(self, schema: ModelSchema) -> JsonSchemaValue:
        """Return the schema of a model with its keys described."""
        found = super().model_schema(schema)
        texts = docstrings(schema["cls"])
        for key, entry in found.get("properties", {}).items():
            if key in texts:
                entry["description"] = texts[key]
        return found


def docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Return what stands below each attribute of a model, its bases' included, by key."""
    names = {name: field.alias or name for name, field in model.model_fields.items()}
    bases = [each for each in reversed(model.__mro__) if issubclass(each, BaseModel)]
    found = {name: text for each in bases[1:] for name, text in _own(each).items()}
    return {names[name]: text for name, text in found.items() if name in names}


@cache
def _own(model: type[BaseModel]) -> dict[str, str]:
    """Return what stands below its own attributes; most models are bases, or are met twice."""
    [definition] = ast.parse(inspect.getsource(model)).body
    assert isinstance(definition, ast.ClassDef)  # noqa: S101  for the type checker
    return dict(_described(definition))


def _described(definition: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for first, second in pairwise(definition.body):
        match first, second:
            case ast.AnnAssign(target=ast.Name(name)), ast.Expr(ast.Constant(str(text))):
                yield name, inspect.cleandoc(text)
