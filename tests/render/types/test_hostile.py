"""Texts from the YAML cannot leave the literal or the comment that they stand in."""

from __future__ import annotations

import ast
import json
import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from supaops.config import Config
from supaops.render.types import Language, python, types_file, typescript

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
TYPESCRIPT_COMMENT = re.compile(r"^ */\*\*.*?\*/\n|^ *//.*\n", re.DOTALL | re.MULTILINE)


@given(TEXTS)
@example('"')
@example("\\")
@example("it's \\n \N{LINE SEPARATOR}\N{RIGHT-TO-LEFT OVERRIDE}")
def test_a_literal_is_its_text_in_both_languages_and_hides_nothing(value: str) -> None:
    assert ast.literal_eval(python.text(value)) == value
    assert json.loads(typescript.text(value)) == value
    assert python.text(value).isprintable()
    assert typescript.text(value).isprintable()


@settings(max_examples=50)
@given(TEXTS)
@example("*/ export const stolen = 1; /*")
@example('"""\nimport os\n"""')
@example("a\rb\N{LINE SEPARATOR}c\N{RIGHT-TO-LEFT OVERRIDE}d\\")
@example("\\")
@example('"')
def test_a_description_changes_nothing_but_comments(sample: Config, description: str) -> None:
    schema = {
        "type": "object",
        "description": description,
        "properties": {
            "a": {"type": "string", "description": description},
            "b-c": {"type": "object", "properties": {"d": {"title": description}}},
        },
    }
    plain = described(sample, "Plain.", schema={**schema, "description": "Plain."})
    hostile = described(sample, description, schema)
    python_files = [types_file(each, Language.PYTHON) for each in (plain, hostile)]
    assert code_of_python(python_files[0]) == code_of_python(python_files[1])
    scripts = [types_file(each, Language.TYPESCRIPT) for each in (plain, hostile)]
    assert code_of_typescript(scripts[0]) == code_of_typescript(scripts[1])
    assert all(
        line.isprintable() for each in (*python_files, *scripts) for line in each.split("\n")
    )


def described(config: Config, description: str, schema: object) -> Config:
    task_type = config.queue.task_types["sync"].model_copy(
        update={"payload": schema, "description": description}
    )
    queue = config.queue.model_copy(update={"task_types": {"sync": task_type}})
    return config.model_copy(update={"queue": queue})


def code_of_python(text: str) -> str:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)


def code_of_typescript(text: str) -> str:
    return TYPESCRIPT_COMMENT.sub("", text)
