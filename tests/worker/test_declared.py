"""Handlers beside the task types of the YAML: what is wrong is said before the first job."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NotRequired

import pytest
from pydantic import BaseModel, ConfigDict
from typing_extensions import TypedDict

from supaops.config import Config, load
from supaops.errors import ConfigError, SupaopsError
from supaops.worker import Context, Handlers
from supaops.worker.declared import declared
from supaops.worker.execution import Executor
from supaops.worker.outcome import Failed, Succeeded
from tests.worker.fake_queue import job
from tests.worker.rig import no_connection

YAML = """
version: 1
database: {url: local}
worker: {endpoint: e, secret: s}
vault:
  secrets:
    e: {value: env(E)}
    s: {value: env(S)}
queue:
  task_types:
    plain: {}
    sync:
      payload:
        type: object
        required: [region]
        properties:
          region: {type: string}
          limit: {type: integer}
          games:
            type: array
            items: {type: object, properties: {id: {type: integer}}}
"""
SYNC_LINE = 13


class Game(BaseModel):
    id: int | None = None


class Fits(BaseModel):
    region: Literal["eu", "us"]
    limit: float | None = None
    games: list[Game] = []
    since: datetime | None = None


class FitsToo(TypedDict):
    region: str
    limit: NotRequired[int]


@dataclass
class FitsAsWell:
    region: str
    limit: int = 3


class Unrequired(BaseModel):
    region: str
    limit: int


class Unheard(BaseModel):
    region: str
    platform: str


class Contrary(BaseModel):
    region: str
    limit: str = ""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")
    region: str
    games: list[Game] = []


class OtherGame(BaseModel):
    id: str


class Deep(BaseModel):
    region: str
    games: list[OtherGame] = []


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "local.yaml").write_text("{}")
    (tmp_path / "job_queue.yaml").write_text(YAML)
    return load(tmp_path / "job_queue.yaml", "local")


async def work(_context: Context, _payload: object) -> None: ...


def handlers(task_type: str = "sync", payload: Any = None) -> Handlers:
    """Return one handler."""
    made = Handlers()
    made.handler(task_type, payload=payload)(work)
    return made


def problem(given: Handlers, config: Config) -> SupaopsError:
    """Return the one problem of these handlers."""
    with pytest.raises(ConfigError) as caught:
        declared(given, config)
    [found] = caught.value.problems
    assert found.place == f"{__file__}:{work.__code__.co_firstlineno}"
    return found


@pytest.mark.parametrize("payload", [Fits, FitsToo, FitsAsWell, dict, None])
def test_type_that_takes_what_is_declared_is_fine(config: Config, payload: Any) -> None:
    assert [each.task_type for each in declared(handlers(payload=payload), config)] == ["sync"]


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (Unrequired, "needs `limit`, which the declared payload does not require"),
        (Unheard, "needs `platform`, which the declared payload does not have"),
        (Contrary, "takes `limit` as string, which is declared as integer"),
        (Strict, "refuses `limit`, which is declared"),
        (list[int], "takes the payload as array, which is declared as object"),
    ],
)
def test_type_that_cannot_take_what_is_declared_is_an_error_with_both_places(
    config: Config, payload: Any, message: str
) -> None:
    found = problem(handlers(payload=payload), config)
    assert found.message == f"the handler of 'sync' {message}"
    assert f"job_queue.yaml:{SYNC_LINE}:" in (found.hint or "")
    assert "queue.task_types.sync.payload" in (found.hint or "")


def test_misfits_within_lists_are_named_by_their_path(config: Config) -> None:
    with pytest.raises(ConfigError) as caught:
        declared(handlers(payload=Deep), config)
    assert [each.message for each in caught.value.problems] == [
        "the handler of 'sync' needs `games[].id`, which the declared payload does not require",
        "the handler of 'sync' takes `games[].id` as string, which is declared as integer",
    ]


def test_handler_of_an_undeclared_type_is_an_error_that_knows_the_nearest(config: Config) -> None:
    found = problem(handlers("sycn"), config)
    assert found.message == "there is a handler for the task type 'sycn', which is not declared"
    assert (found.hint or "").startswith("did you mean `sync`? declare it under queue.task_types")


def test_declared_type_without_a_handler_is_a_warning(
    config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    declared(handlers(), config)
    assert [record.getMessage() for record in caplog.records] == [
        "task type 'plain' is declared and has no handler in this worker"
    ]


@pytest.mark.anyio
async def test_payload_is_held_against_its_declared_schema_before_the_handlers_type(
    config: Config,
) -> None:
    executor = Executor(declared(handlers(payload=Fits), config), no_connection)
    assert await executor.execute(job("sync", {"region": "eu"})) == Succeeded(None)
    outcome = await executor.execute(job("sync", {"limit": "x", "games": [{"id": "y"}]}))
    assert isinstance(outcome, Failed)
    assert outcome.discard
    assert outcome.error == (
        'InvalidPayload: $: missing "region"; $.limit: expected integer, got string; '
        "$.games[0].id: expected integer, got string"
    )
    other = await executor.execute(job("sync", {"region": "moon"}))
    assert isinstance(other, Failed)
    assert other.error == "InvalidPayload: $.region: Input should be 'eu' or 'us'"
