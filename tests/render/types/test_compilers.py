"""The generated files under the real checkers: Deno's TypeScript, and mypy at its strictest."""

from __future__ import annotations

import importlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter

from supaops.config import Config
from supaops.render.types import Language, types_file
from supaops.render.types.naming import payloads
from tests.db.queue.schemas import Maker
from tests.render.types.compilers import deno_check, mypy

HERE = Path(__file__).parent
TASK_TYPES = 60


@dataclass(frozen=True, slots=True)
class Case:
    """A task type, and a payload that its schema accepts."""

    task_type: str
    payload: Any


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("types")


@pytest.fixture(scope="module")
def random_types(sample: Config) -> tuple[Config, list[Case]]:
    """Return task types with random schemas, and payloads that they accept."""
    maker = Maker(Random(32))  # noqa: S311  the same schemas on every run
    cases: list[Case] = []
    schemas: dict[str, Any] = {}
    while len(schemas) < TASK_TYPES:
        schema = outspoken(maker.schema())
        fitting = [maker.fitting(schema) for _ in range(3)]
        accepted = [each for each in fitting if Draft202012Validator(schema).is_valid(each)]
        name = f"t{len(schemas)}"
        if accepted:
            schemas[name] = {"payload": schema}
        cases += [Case(name, each) for each in accepted]
    return with_task_types(sample, schemas), cases


def outspoken(schema: Any) -> Any:
    """Return a schema that says of every object what other keys it takes.

    Of one that does not, a TypedDict tells what it names, and a checker takes no more in a literal.
    """
    if isinstance(schema, list):
        return [outspoken(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {
        name: value if name in {"const", "enum", "required"} else outspoken(value)
        for name, value in schema.items()
    }
    about_objects = {"properties", "required"} & schema.keys() or schema.get("type") == "object"
    is_schema = about_objects and not isinstance(schema.get("properties"), list)
    return {"additionalProperties": True, **inner} if is_schema else inner


def with_task_types(config: Config, task_types: dict[str, Any]) -> Config:
    model = config.queue.task_types["anything"]
    declared = {name: model.model_copy(update=each) for name, each in task_types.items()}
    queue = config.queue.model_copy(update={"task_types": declared})
    return config.model_copy(update={"queue": queue})


def typescript_of(cases: list[Case]) -> str:
    lines = [
        f'export const c{number}: JobPayloads["{each.task_type}"] = {json.dumps(each.payload)};'
        for number, each in enumerate(cases)
    ]
    return "\n".join(['import type { JobPayloads } from "./random_jobs.ts";', *lines])


def python_of(config: Config, cases: list[Case]) -> str:
    names = {each.task_type: each.name for each in payloads(config.queue.task_types)}
    lines = [
        f"c{number}: j.{names[each.task_type]} = {whole(each.payload)!r}"
        for number, each in enumerate(cases)
    ]
    return "\n".join(["import random_jobs as j", *lines])


def whole(value: Any) -> Any:
    """Return a JSON value as Python writes it: JSON does not tell 1.0 from 1."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [whole(each) for each in value]
    return {name: whole(each) for name, each in value.items()} if isinstance(value, dict) else value


def test_a_valid_payload_of_any_schema_passes_as_typescript(
    folder: Path, random_types: tuple[Config, list[Case]]
) -> None:
    config, cases = random_types
    (folder / "random_jobs.ts").write_text(types_file(config, Language.TYPESCRIPT))
    (folder / "random.ts").write_text(typescript_of(cases))
    assert deno_check(folder / "random.ts") == ""


def test_a_valid_payload_of_any_schema_passes_as_python_and_at_run_time(
    folder: Path, random_types: tuple[Config, list[Case]], monkeypatch: pytest.MonkeyPatch
) -> None:
    config, cases = random_types
    (folder / "random_jobs.py").write_text(types_file(config, Language.PYTHON))
    (folder / "random_cases.py").write_text(python_of(config, cases))
    assert mypy(folder / "random_cases.py", folder / "random_jobs.py") == ""
    monkeypatch.syspath_prepend(folder)
    module = importlib.import_module("random_jobs")
    names = {each.task_type: each.name for each in payloads(config.queue.task_types)}
    for each in cases:
        TypeAdapter(getattr(module, names[each.task_type])).validate_python(each.payload)


def test_typescript_refuses_what_the_database_would_refuse_and_nothing_else(
    tmp_path: Path, sample: Config
) -> None:
    """An `@ts-expect-error` without an error under it is an error itself."""
    (tmp_path / "job_types.ts").write_text(types_file(sample, Language.TYPESCRIPT))
    shutil.copy(HERE / "samples.ts", tmp_path)
    assert deno_check(tmp_path / "samples.ts") == ""


def test_mypy_refuses_what_the_database_would_refuse_and_nothing_else(
    tmp_path: Path, sample: Config
) -> None:
    """A `type: ignore` that nothing needs is an error under `--strict`."""
    (tmp_path / "job_types.py").write_text(types_file(sample, Language.PYTHON))
    shutil.copy(HERE / "samples.txt", tmp_path / "samples.py")
    assert mypy(tmp_path / "samples.py", tmp_path / "job_types.py") == ""
