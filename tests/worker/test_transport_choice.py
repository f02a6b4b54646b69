"""Which way a worker takes to its queue, by its configuration."""

from __future__ import annotations

import asyncio
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
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
from tests.worker.queue_rows import enqueue, row

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


@pytest.fixture
def project(stack: Stack, db: Connection, tmp_path: Path) -> Project:
    """Apply a queue whose workers know the Data API, and no URL of the database."""
    if not stack.api_url:
        pytest.skip("set SUPAOPS_TEST_API_URL and the keys, see tests/README.md")
    made = Project.make(tmp_path, stack, OVER_THE_API)
    made.apply(db)
    (tmp_path / "some_handlers.py").write_text(HANDLERS)
    return made


async def start(project: Project, command: str, *words: str) -> Process:
    environ = {name: text for name, text in project.environ.items() if name != "DATABASE_URL"}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", RUN, command, "--handlers", "some_handlers"),
        *("--config", str(project.config_path), *words),
        env={**environ, "PYTHONPATH": str(ROOT / "ops")},
        stdin=DEVNULL,
        stderr=PIPE,
    )


@pytest.mark.stack
async def test_endpoint_over_the_data_api_needs_no_url_of_the_database(
    project: Project, db: Connection
) -> None:
    job_id, log = enqueue(db, "game_platform_sync"), bytearray()
    worker = await start(project, "serve", "--port", "0")
    try:
        assert worker.stderr
        async for line in worker.stderr:
            log += line
            if found := re.search(rb"listening on (http://127.0.0.1:\d+)", line):
                break
        assert found, log
        async with httpx.AsyncClient(timeout=20) as client:
            answer = await client.post(
                f"{found[1].decode()}/api/jobs/run",
                headers={"x-job-runner-secret": project.environ["JOB_QUEUE_RUNNER_SECRET"]},
            )
    finally:
        worker.terminate()
        log += (await worker.communicate())[1]
    assert (answer.status_code, answer.json()["succeeded"]) == (200, 1)
    assert row(db, job_id)["status"] == "succeeded"
    assert f"serve test: the Data API at {project.environ['SUPABASE_URL']}".encode() in log
    assert project.environ["SUPABASE_SERVICE_ROLE_KEY"].encode() not in log


@pytest.mark.stack
async def test_long_lived_worker_over_the_data_api_needs_none_either(
    project: Project, db: Connection
) -> None:
    jobs = [enqueue(db, "game_platform_sync") for _ in range(20)]
    worker = await start(project, "worker", "--drain")
    _, log = await worker.communicate()
    assert worker.returncode == 0, log
    assert {row(db, each)["status"] for each in jobs} == {"succeeded"}
    assert project.environ["SUPABASE_SERVICE_ROLE_KEY"].encode() not in log
