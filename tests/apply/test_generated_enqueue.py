"""The enqueue that `supaops types` makes, in both languages, against a real database."""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier, Placeholder
from psycopg.types.json import Jsonb

from supaops.config import Config
from supaops.db.connect import Connection
from supaops.render.types import Language, types_file
from tests.projects import Project
from tests.render.types.compilers import OFFLINE, deno

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
LATER = datetime(2100, 1, 1, tzinfo=UTC)
SCRIPT = """
import { enqueue } from "./job_types.ts";
const answers = JSON.parse(Deno.args[0]);
const calls: unknown[] = [];
const rpc = (name: string, named: unknown) => {
  calls.push([name, JSON.parse(JSON.stringify(named))]);
  return Promise.resolve(answers.shift());
};
const client = { rpc, schema: (schema: string) => { calls.push(schema); return { rpc }; } };
const outcomes: unknown[] = [];
const note = (error: object) => outcomes.push({ text: String(error), ...error });
outcomes.push(await enqueue(client, "game_platform_sync"));
outcomes.push(await enqueue(client, "game_platform_sync", { dryRun: true }, {
  runAt: new Date("2100-01-01T00:00:00Z"), queue: "slow", priority: 3, maxAttempts: 2,
  dedupKey: "k", onDuplicate: "reject",
  traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
}));
await enqueue(client, "game_platform_sync").catch(note);
await enqueue(client, "game_platform_sync").catch(note);
console.log(JSON.stringify({ calls, outcomes }));
"""
ANSWERS: list[dict[str, Any]] = [
    {"data": 7, "error": None},
    {"data": 8, "error": None},
    {"data": None, "error": {"message": "no", "code": "JQ010", "hint": "apply first"}},
    {"data": "7", "error": None},
]


@pytest.fixture
def generated(applied: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the Python module that is made from the config of the database."""
    (tmp_path / "jobs_of_test.py").write_text(types_file(applied.config, Language.PYTHON))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "jobs_of_test", raising=False)
    return importlib.import_module("jobs_of_test")


def job(db: Connection, job_id: int) -> dict[str, Any]:
    row = db.execute("select * from job_queue where id = %s", [job_id]).fetchone()
    assert row is not None
    return row


def run_script(folder: Path, config: Config) -> Any:
    (folder / "job_types.ts").write_text(types_file(config, Language.TYPESCRIPT))
    (folder / "script.ts").write_text(SCRIPT)
    done = deno("run", "--quiet", "--check", *OFFLINE, folder / "script.ts", json.dumps(ANSWERS))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_python_enqueue_adds_a_job_with_all_that_it_was_told(
    generated: Any, db: Connection
) -> None:
    plain = job(db, generated.enqueue(db, "game_platform_sync"))
    assert (plain["payload"], plain["queue"], plain["max_attempts"]) == ({}, "default", 5)
    told = generated.enqueue(
        db, "game_platform_sync", {"dryRun": True}, run_at=LATER, queue="slow", priority=3,
        max_attempts=2, dedup_key="k", traceparent=TRACE,
    )  # fmt: skip
    found = job(db, told)
    assert found["payload"] == {"dryRun": True}
    assert (found["run_at"], found["traceparent"]) == (LATER, TRACE)
    assert (found["queue"], found["priority"], found["max_attempts"]) == ("slow", 3, 2)
    again = generated.enqueue(db, "game_platform_sync", {}, queue="slow", dedup_key="k")
    assert again == told


def test_the_python_enqueue_works_over_any_connection_and_in_its_transaction(
    generated: Any, applied: Project, db: Connection
) -> None:
    with psycopg.connect(applied.url, row_factory=dict_row) as conn:
        job_id = generated.enqueue(conn, "game_platform_sync")
        conn.rollback()
    assert db.execute("select from job_queue where id = %s", [job_id]).fetchone() is None

    async def call() -> int:
        async with await psycopg.AsyncConnection.connect(applied.url) as conn:
            return int(await generated.enqueue_async(conn, "game_platform_sync", {"dryRun": False}))

    assert job(db, asyncio.run(call()))["payload"] == {"dryRun": False}


def test_what_the_database_refuses_is_the_drivers_error(generated: Any, db: Connection) -> None:
    with pytest.raises(psycopg.Error, match="dryRun"):
        generated.enqueue(db, "game_platform_sync", {"dryRun": "yes"})
    with pytest.raises(psycopg.Error, match="nothing"):
        generated.enqueue(db, "nothing")


def test_the_typescript_enqueue_calls_the_function_of_the_queue_by_its_arguments_names(
    tmp_path: Path, applied: Project, db: Connection
) -> None:
    told = run_script(tmp_path, applied.config)
    assert [name for name, _ in told["calls"]] == ["job_queue_enqueue"] * 4
    found = job(db, as_the_data_api_does(db, *told["calls"][1]))
    assert (found["payload"], found["run_at"]) == ({"dryRun": True}, LATER)
    assert (found["queue"], found["priority"], found["max_attempts"]) == ("slow", 3, 2)
    assert (found["dedup_key"], found["traceparent"]) == ("k", TRACE)
    assert told["calls"][0][1] == {"task_type": "game_platform_sync"}


def as_the_data_api_does(db: Connection, function: str, named: dict[str, Any]) -> int:
    """Call a function as PostgREST would: the keys of the body are the names of its arguments."""
    arguments = {**named, "payload": Jsonb(named["payload"])}
    shown = (SQL("{} => {}").format(Identifier(name), Placeholder(name)) for name in arguments)
    call = SQL("select {}({}) as id").format(Identifier(function), SQL(", ").join(shown))
    row = db.execute(call, arguments).fetchone()
    assert row is not None
    return int(row["id"])


def test_the_typescript_enqueue_returns_the_id_or_throws_what_the_database_said(
    tmp_path: Path, applied: Project
) -> None:
    outcomes = run_script(tmp_path, applied.config)["outcomes"]
    assert outcomes[:2] == [7, 8]
    assert outcomes[2] == {
        "text": "EnqueueError: no", "name": "EnqueueError", "code": "JQ010", "hint": "apply first",
    }  # fmt: skip
    assert outcomes[3]["text"] == "EnqueueError: the answer is no job's id"


def test_a_queue_of_another_name_and_schema_is_called_there(
    tmp_path: Path, project: Project
) -> None:
    queue = project.config.queue.model_copy(update={"schema_name": "shop", "name": "work"})
    config = project.config.model_copy(update={"queue": queue})
    assert run_script(tmp_path, config)["calls"][:2] == [
        "shop",
        ["work_enqueue", {"task_type": "game_platform_sync"}],
    ]
    text = types_file(config, Language.PYTHON)
    assert 'function = Identifier("shop", "work_enqueue")' in text
