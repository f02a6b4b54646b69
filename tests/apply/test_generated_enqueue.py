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
from opentelemetry import trace
from psycopg.rows import dict_row

from supaops.config import Config
from supaops.db.connect import Connection
from supaops.render.types import Language, types_file
from tests.projects import Project
from tests.render.types.compilers import OFFLINE, deno

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
LATER = datetime(2100, 1, 1, tzinfo=UTC)
SCRIPT = """
import { enqueue } from "./job_types.ts";
const url = Deno.env.get("SUPABASE_URL"), key = Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!;
const calls: unknown[] = [];
// As supabase-js calls a function, without supabase-js.
const rpcIn = (schema: string) => async (name: string, named: unknown) => {
  const body = JSON.stringify(named);
  calls.push([schema, name, JSON.parse(body)]);
  const answer = await fetch(`${url}/rest/v1/rpc/${name}`, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json", "content-profile": schema,
      apikey: key, authorization: `Bearer ${key}`,
    },
  });
  const found = await answer.json();
  return answer.ok ? { data: found, error: null } : { data: null, error: found };
};
const client = { rpc: rpcIn("public"), schema: (name: string) => ({ rpc: rpcIn(name) }) };
const rpc = () => Promise.resolve({ data: "7", error: null });
const confused = { rpc, schema: () => ({ rpc }) };
const tried = (made: Promise<unknown>) =>
  made.catch((error) => ({ text: String(error), code: error.code, hint: error.hint }));
const outcomes = [
  await tried(enqueue(client, "game_platform_sync")),
  await tried(enqueue(client, "game_platform_sync", { dryRun: true }, {
    runAt: new Date("2100-01-01T00:00:00Z"), queue: "slow", priority: 3, maxAttempts: 2,
    dedupKey: "k", onDuplicate: "reject",
    traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  })),
  await tried(enqueue(client, "nothing" as "game_platform_sync")),
  await tried(enqueue(client, "game_platform_sync", { dryRun: "yes" } as never)),
  await tried(enqueue(confused, "game_platform_sync")),
];
console.log(JSON.stringify({ calls, outcomes }));
"""


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


def run_script(folder: Path, config: Config, project: Project) -> Any:
    (folder / "job_types.ts").write_text(types_file(config, Language.TYPESCRIPT))
    (folder / "script.ts").write_text(SCRIPT)
    may = ("--allow-net=127.0.0.1", "--allow-env=SUPABASE_URL,SUPABASE_SERVICE_ROLE_KEY")
    names = ("SUPABASE_URL", "SUPABASE_SERVICE_ROLE_KEY")
    variables = {name: project.environ[name] for name in names}
    done = deno("run", "--quiet", "--check", *OFFLINE, *may, folder / "script.ts", **variables)
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


def test_a_job_goes_on_in_the_trace_of_whoever_enqueues_it(generated: Any, db: Connection) -> None:
    _, trace_id, span_id, flags = (int(each, 16) for each in TRACE.split("-"))
    here = trace.SpanContext(
        trace_id, span_id, is_remote=False, trace_flags=trace.TraceFlags(flags)
    )
    with trace.use_span(trace.NonRecordingSpan(here)):
        followed = generated.enqueue(db, "game_platform_sync")
    assert job(db, followed)["traceparent"] == TRACE
    assert job(db, generated.enqueue(db, "game_platform_sync"))["traceparent"] is None


def test_what_the_database_refuses_is_the_drivers_error(generated: Any, db: Connection) -> None:
    with pytest.raises(psycopg.Error, match="dryRun"):
        generated.enqueue(db, "game_platform_sync", {"dryRun": "yes"})
    with pytest.raises(psycopg.Error, match="nothing"):
        generated.enqueue(db, "nothing")


def test_the_typescript_enqueue_adds_a_job_with_all_that_it_was_told(
    tmp_path: Path, applied: Project, db: Connection
) -> None:
    told = run_script(tmp_path, applied.config, applied)
    plain, full, *_ = told["outcomes"]
    assert job(db, plain)["payload"] == {}
    found = job(db, full)
    assert (found["payload"], found["run_at"]) == ({"dryRun": True}, LATER)
    assert (found["queue"], found["priority"], found["max_attempts"]) == ("slow", 3, 2)
    assert (found["dedup_key"], found["traceparent"]) == ("k", TRACE)
    assert told["calls"][0] == ["public", "job_queue_enqueue", {"task_type": "game_platform_sync"}]


def test_the_typescript_enqueue_throws_what_the_database_says(
    tmp_path: Path, applied: Project
) -> None:
    *_, unknown, broken, confused = run_script(tmp_path, applied.config, applied)["outcomes"]
    assert (unknown["code"], broken["code"]) == ("JQ001", "JQ002")
    assert unknown["text"].startswith("EnqueueError: ")
    assert "supaops apply" in unknown["hint"]
    assert "dryRun" in broken["text"]
    assert confused["text"] == "EnqueueError: the answer is no job's id"


def test_a_queue_of_another_name_and_schema_is_called_there(
    tmp_path: Path, applied: Project
) -> None:
    queue = applied.config.queue.model_copy(update={"schema_name": "shop", "name": "work"})
    config = applied.config.model_copy(update={"queue": queue})
    named = {"task_type": "game_platform_sync"}
    assert run_script(tmp_path, config, applied)["calls"][0] == ["shop", "work_enqueue", named]
    assert 'Identifier("shop", "work_enqueue")' in types_file(config, Language.PYTHON)
