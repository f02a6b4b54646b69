"""A quiet project, applied once, whose queue each test finds empty; and the commands beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from supaops.cli.main import run
from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.chains import TICKING, nothing_ticking, remind, unused_endpoint
from tests.db.calls import claim, enqueue
from tests.projects import Project, reset

YEARLY = """
cron:
  jobs:
    job_queue_worker: {schedule: "0 0 1 1 *"}
    job_queue_cleanup_daily: {active: false}
    job_queue_maintenance: {active: false}
"""
"""Active, and not due while a test looks."""

EMPTY = b"""
delete from job_queue;
delete from supaops.tally;
delete from supaops.lease;
delete from supaops.pause;
delete from supaops.audit;
delete from supaops.dispatch;
update supaops.environment set name = 'test';
"""
SECRET = "job_queue_runner_secret"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command left: its exit status and what it wrote."""

    status: int
    out: str
    err: str


Supaops = Callable[..., Outcome]


@pytest.fixture(scope="module")
def project(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Return an applied project whose cron job is active, and not due."""
    made = Project.make(tmp_path_factory.mktemp("verbs"), stack, YEARLY)
    with connect(stack.url, application_name="pytest") as conn:
        reset(conn)
        made.apply(conn)
        yield made
        reset(conn)


@pytest.fixture
def queue(project: Project) -> Iterator[Connection]:
    """Return a connection to the project's queue, empty, with nothing paused."""
    with connect(project.url, application_name="pytest") as conn:
        conn.execute(EMPTY)
        yield conn
        conn.execute(EMPTY)
        project.apply(conn)  # puts back what a test has stopped
        restore(conn, project)


def restore(conn: Connection, project: Project) -> None:
    """Put the secret's value back, which an apply leaves alone while it is a dummy."""
    conn.execute(
        "select vault.update_secret(id, %s) from vault.decrypted_secrets"
        " where name = %s and decrypted_secret = 'PAUSED'",
        [project.environ["JOB_QUEUE_RUNNER_SECRET"], SECRET],
    )


@pytest.fixture
def supaops(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Supaops]:
    """Return a function that runs one command in the project."""
    with nothing_ticking():
        yield commands_of(project, monkeypatch, capsys)


@pytest.fixture
def ticking(stack: Stack, tmp_path: Path, db: Connection) -> Iterator[Project]:
    """Return a project that ticks every second, applied; quiet again after the test."""
    made = Project.make(tmp_path, stack, TICKING)
    made.environ["JOB_QUEUE_WORKER_ENDPOINT"] = unused_endpoint()
    made.apply(db)
    remind(made)
    yield made
    reset(db)


@pytest.fixture
def ticking_supaops(
    ticking: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Supaops:
    """Return a function that runs one command in the project that ticks."""
    return commands_of(ticking, monkeypatch, capsys)


def commands_of(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Supaops:
    monkeypatch.chdir(project.folder)
    for name, value in project.environ.items():
        monkeypatch.setenv(name, value)

    def invoke(*words: object) -> Outcome:
        status = run([str(word) for word in words])
        captured = capsys.readouterr()
        assert "defect" not in captured.err
        return Outcome(status, captured.out, captured.err)

    return invoke


def failed(conn: Connection, count: int, error: str = "boom", **options: Any) -> list[int]:
    """Return the ids of jobs that have failed for good."""
    ids = [enqueue(conn, "supaops_smoke", max_attempts=1, **options) for _ in range(count)]
    claim(conn, count)
    conn.execute(
        "select job_queue_mark_failed(id, %s) from unnest(%s::bigint[]) as id", [error, ids]
    )
    return ids


def running(conn: Connection) -> int:
    """Return the id of a job that a worker holds."""
    job_id = enqueue(conn, "supaops_smoke", priority=-1)
    assert [row["id"] for row in claim(conn)] == [job_id]
    return job_id


def states(conn: Connection) -> dict[int, str]:
    """Return the status of each job."""
    rows = conn.execute("select id, status from job_queue order by id").fetchall()
    return {row["id"]: row["status"] for row in rows}


def audit(conn: Connection) -> list[dict[str, Any]]:
    """Return the audit in its order."""
    return conn.execute("select * from supaops.audit order by id").fetchall()
