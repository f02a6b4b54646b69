"""Which way a worker takes to its queue, by its configuration."""

from __future__ import annotations

import asyncio
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

import httpx
import pytest

from supaops.config import load, resolve
from supaops.db.connect import Connection
from supaops.errors import ConfigError
from supaops.local import Stack
from supaops.worker.settings import Settings
from supaops.worker.transports.choice import needs_database, open_transport
from supaops.worker.transports.database import DatabaseTransport
from tests.projects import ENVIRONMENT, QUIET_CRON, ROOT, Project, base_file, lay_out
from tests.worker.queue_rows import enqueue, row, until

pytestmark = pytest.mark.anyio

OVER_THE_API = f"{QUIET_CRON}\nworker: {{transport: supabase}}\n"
RUN = "from supaops.cli import main; main()"
HANDLERS = """
from supaops.worker import Handlers

registry = Handlers()


@registry.handler("game_platform_sync")
def game_platform_sync(context, payload):
    return payload
"""
SECRETS = {
    "JOB_QUEUE_RUNNER_SECRET": "s3cret-of-the-runner",
    "JOB_QUEUE_WORKER_ENDPOINT": "https://worker.example/api/jobs/run",
}


def test_connections_to_the_database_are_the_default(tmp_path: Path) -> None:
    lay_out(tmp_path)
    config = load(base_file(tmp_path), ENVIRONMENT)
    resolved = resolve(config, {**SECRETS, "DATABASE_URL": "postgresql://db.example/postgres"})
    settings = Settings.of(config, resolved.secrets)
    transport = open_transport(config, settings, resolved, resolved.revealed_url)
    assert needs_database(config)
    assert isinstance(transport, DatabaseTransport)


@pytest.mark.parametrize("given", ["SUPABASE_URL", "SUPABASE_SERVICE_ROLE_KEY", "neither"])
def test_data_api_without_its_url_or_key_is_an_error_that_names_both(
    tmp_path: Path, given: str
) -> None:
    lay_out(tmp_path, OVER_THE_API)
    config = load(base_file(tmp_path), ENVIRONMENT)
    resolved = resolve(config, {**SECRETS, given: "https://abc.supabase.co"}, database=False)
    settings = Settings.of(config, resolved.secrets)
    with pytest.raises(ConfigError) as error:
        open_transport(config, settings, resolved, "")
    [problem] = error.value.problems
    assert "env(SUPABASE_URL) and env(SUPABASE_SERVICE_ROLE_KEY)" in problem.message
    assert problem.place
    assert re.search(r"test\.yaml:\d+", problem.place)
    assert problem.hint


@pytest.mark.stack
async def test_worker_over_the_data_api_needs_no_url_of_the_database(
    stack: Stack, db: Connection, tmp_path: Path
) -> None:
    if not stack.api_url:
        pytest.skip("set SUPAOPS_TEST_API_URL and the keys, see tests/README.md")
    project = Project.make(tmp_path, stack, OVER_THE_API)
    project.apply(db)
    (tmp_path / "some_handlers.py").write_text(HANDLERS)
    job_id = enqueue(db, "game_platform_sync")
    environ = {name: text for name, text in project.environ.items() if name != "DATABASE_URL"}
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", RUN, "serve", "--port", "0", "--handlers", "some_handlers"),
        *("--config", str(project.config_path)),
        env={**environ, "PYTHONPATH": str(ROOT / "ops")},
        stdin=DEVNULL,
        stderr=PIPE,
    )
    log: list[bytes] = []
    try:
        assert worker.stderr
        async for line in worker.stderr:
            log.append(line)
            if b"listening on http" in line:
                break
        port = int(re.findall(rb"http://127.0.0.1:(\d+)", log[-1])[0])
        async with httpx.AsyncClient(timeout=20) as client:
            answer = await client.post(
                f"http://127.0.0.1:{port}/api/jobs/run",
                headers={"x-job-runner-secret": project.environ["JOB_QUEUE_RUNNER_SECRET"]},
            )
    finally:
        worker.terminate()
        rest, said = (await worker.communicate())[1], b"".join(log)
    assert (answer.status_code, answer.json()["succeeded"]) == (200, 1)
    await until(lambda: row(db, job_id)["status"] == "succeeded")
    assert f"serve test: the Data API at {stack.api_url}".encode() in said
    assert project.environ["SUPABASE_SERVICE_ROLE_KEY"].encode() not in said + rest
