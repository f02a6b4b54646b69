"""The whole chain, ticking every second, with a real `supaops serve` at its end."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from supaops.apply import remind_scheduler
from supaops.checks.run import run_checks
from supaops.db.connect import Connection, connect
from supaops.jobs.smoke import run_smoke
from supaops.local import Stack
from supaops.status import Severity
from tests.projects import RESET, ROOT, Project
from tests.waiting import until

TICKING = """
cron:
  jobs:
    job_queue_worker: {schedule: 1 second}
    job_queue_cleanup_daily: {active: false}
"""
SUPAOPS = [sys.executable, "-c", "from supaops.cli import main; main()"]


def unused_endpoint() -> str:
    """Return a worker's URL at a port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return f"http://127.0.0.1:{port}/api/jobs/run"


@pytest.fixture(scope="module")
def chain(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Return an applied project whose endpoint is a port that nothing listens on yet."""
    project = Project.make(tmp_path_factory.mktemp("chain"), stack, TICKING)
    project.environ["JOB_QUEUE_WORKER_ENDPOINT"] = unused_endpoint()
    with connect(stack.url, application_name="pytest") as conn:
        conn.execute(RESET)
        project.apply(conn)
        remind(project)
        yield project
        conn.execute(RESET)  # it ticks every second, which no other test wants


@pytest.fixture
def conn(chain: Project) -> Iterator[Connection]:
    """Return a connection to the chain's database, repaired after the test."""
    with connect(chain.url, application_name="pytest") as connection:
        yield connection
        chain.apply(connection)


IN_FLIGHT = """
select from cron.job_run_details where end_time is null
union all
select from supaops.dispatch d
 where d.responded_at is null and not exists (
   select from net._http_response r where r.id = d.request_id)
"""


def break_link(conn: Connection, statement: str) -> None:
    """Break the chain, and wait until what was under way before has come to its end."""
    conn.execute(statement.encode())
    until(lambda: conn.execute(IN_FLIGHT).fetchone() is None)


@contextmanager
def serve(project: Project, **variables: str) -> Iterator[None]:
    """Run `supaops serve` at the project's endpoint until the block ends."""
    url = httpx.URL(project.environ["JOB_QUEUE_WORKER_ENDPOINT"])
    words = ["serve", "--config", str(project.config_path), "--port", str(url.port)]
    log = project.folder / "serve.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*SUPAOPS, *words],
            env={**project.environ, "PYTHONPATH": str(ROOT / "ops"), **variables},
            stdout=output,
            stderr=output,
        )
    try:
        until(lambda: answers(process, url, log))
        remind(project)
        yield
    finally:
        process.terminate()
        process.wait(30)


def remind(project: Project) -> None:
    """Do what `supaops apply` does after an apply."""
    with connect(project.url, application_name="pytest reminder") as conn:
        remind_scheduler(conn)


def answers(process: subprocess.Popen[bytes], url: httpx.URL, log: Path) -> bool:
    assert process.poll() is None, log.read_text()
    try:
        return httpx.get(url.copy_with(path="/healthz"), timeout=2).is_success
    except httpx.TransportError:
        return False


@pytest.fixture
def served(chain: Project) -> Iterator[Project]:
    """Return the chain with its worker running."""
    with serve(chain):
        yield chain


@pytest.fixture
def ticking(stack: Stack, tmp_path: Path, db: Connection) -> Iterator[Project]:
    """Return a project that ticks every second, not applied yet; quiet again after the test."""
    project = Project.make(tmp_path, stack, TICKING)
    project.environ["JOB_QUEUE_WORKER_ENDPOINT"] = unused_endpoint()
    yield project
    db.execute(RESET)


def assert_the_chain_works(conn: Connection, project: Project) -> None:
    result = run_smoke(conn, project.config, timeout=timedelta(seconds=30))
    assert result.broken is None, result.broken
    findings = run_checks(conn, project.desired)
    assert [each for each in findings if each.severity is not Severity.OK] == []
