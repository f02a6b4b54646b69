"""`supaops worker` as a process of its own, and as several: woken, stopped, killed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.projects import ROOT, Project
from tests.waiting import until
from tests.worker.conftest import OVERLAY, apply_project
from tests.worker.queue_rows import enqueue, row

pytestmark = pytest.mark.stack

SUPAOPS = [sys.executable, "-c", "from supaops.cli import main; main()"]
HANDLERS = """
import asyncio
from supaops.worker import Handlers

registry = Handlers()

@registry.handler("nap")
async def nap(context, payload):
    await asyncio.sleep(payload["seconds"])
    return "slept"

@registry.handler("work")
async def work(context, payload):
    print("working")
    return payload.get("n")
"""
# What notices a new job within a test can only be the notification.
NOTIFIED = """  wake_on_enqueue: 100ms
  wake_by: notify
  poll: 10m
"""
# A worker of another process that is gone, and what it held.
HELD = "select array_agg(id order by id) as ids from job_queue where status = 'running'"


@pytest.fixture(scope="module")
def project(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Project:
    overlay = OVERLAY.replace("  timeout: 1500ms\n", f"  timeout: 1500ms\n{NOTIFIED}")
    made = apply_project(stack, tmp_path_factory.mktemp("lasting"), overlay)
    (made.folder / "lasting.py").write_text(HANDLERS)
    return made


@pytest.fixture
def queue_db(project: Project) -> Iterator[Connection]:
    with connect(project.url, application_name="pytest") as connection:
        connection.execute("delete from public.job_queue")
        connection.execute("delete from supaops.worker")
        yield connection


class Worker:
    """A running `supaops worker` whose log goes to a file."""

    def __init__(self, project: Project, log: Path, *words: str) -> None:
        self._log = log
        command = [*SUPAOPS, "worker", "--config", str(project.config_path)]
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [*command, "--handlers", "lasting", *words],
                env={**project.environ, "PYTHONPATH": str(ROOT / "ops")},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=output,
            )

    def said(self) -> str:
        return self._log.read_text()

    def end(self, number: signal.Signals = signal.SIGTERM) -> str:
        """Send a signal and wait for the end; return what it printed."""
        self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=30)
        return output.decode()


@contextmanager
def working(project: Project, folder: Path, *words: str) -> Iterator[Worker]:
    worker = Worker(project, folder / f"{len(list(folder.iterdir()))}.log", *words)
    try:
        yield worker
    finally:
        if worker.process.poll() is None:
            worker.process.kill()
        worker.process.communicate()


def run(project: Project, folder: Path, *words: str) -> Worker:
    """Let a worker run to its end by itself."""
    with working(project, folder, *words) as worker:
        worker.process.wait(60)
        return worker


def registered(db: Connection) -> list[dict[str, Any]]:
    return db.execute("select name, handlers, about from supaops.worker order by name").fetchall()


def two(db: Connection) -> list[dict[str, Any]]:
    """Return the registered workers if there are two."""
    found = registered(db)
    return found if len(found) == 2 else []


def test_a_new_job_wakes_it_and_a_stop_in_order_exits_0(
    project: Project, queue_db: Connection, tmp_path: Path
) -> None:
    with working(project, tmp_path) as worker:
        [entry] = until(lambda: registered(queue_db))
        assert entry["handlers"] == ["nap", "supaops_smoke", "work"]
        assert entry["about"]["kind"] == "worker"
        job_id = enqueue(queue_db, payload='{"n": 7}')
        until(lambda: row(queue_db, job_id)["status"] == "succeeded")
        assert row(queue_db, job_id)["worker"] == entry["name"]
        assert entry["name"].endswith(f":{worker.process.pid}")
        worker.end()
        assert worker.process.returncode == 0
    assert registered(queue_db) == []


def test_a_stop_gives_back_what_does_not_end_within_the_grace(
    project: Project, queue_db: Connection, tmp_path: Path
) -> None:
    with working(project, tmp_path, "--grace", "100ms", "--concurrency", "2") as worker:
        jobs = [enqueue(queue_db, "nap", '{"seconds": 30}') for _ in range(3)]
        until(lambda: (queue_db.execute(HELD).fetchone() or {})["ids"] == jobs[:2])
        worker.process.send_signal(signal.SIGINT)
        worker.end()  # a second signal changes nothing
        assert worker.process.returncode == 0
    rows = [row(queue_db, job_id) for job_id in jobs]
    assert {(each["status"], each["attempts"]) for each in rows} == {("pending", 0)}


def test_drain_ends_when_no_job_is_left_and_prints_one_line(
    project: Project, queue_db: Connection, tmp_path: Path
) -> None:
    for n in range(12):
        enqueue(queue_db, payload=f'{{"n": {n}}}')
    with working(project, tmp_path, "--drain", "--format", "json", "--batch", "5") as worker:
        output, _ = worker.process.communicate(timeout=60)
    *printed, result = output.decode().splitlines()
    assert printed == ["working"] * 12
    counts = json.loads(result)
    assert (counts["done"], counts["succeeded"], counts["failed"]) == (12, 12, 0)
    assert counts["seconds"] > 0


def test_processes_share_a_queue_and_are_counted_together(
    project: Project, queue_db: Connection, tmp_path: Path
) -> None:
    for _ in range(40):
        enqueue(queue_db, "nap", '{"seconds": 0.05}')
    words = ("--drain", "--processes", "2", "--concurrency", "1", "--batch", "1")
    with working(project, tmp_path, *words) as worker:
        output, _ = worker.process.communicate(timeout=60)
    assert re.fullmatch(r"Claimed 40 jobs in [\d.]+ s: 40 succeeded\.\n", output.decode())
    workers = queue_db.execute("select distinct worker from job_queue").fetchall()
    assert len(workers) == 2


def test_a_process_that_dies_is_replaced_and_a_stop_ends_them_all(
    project: Project, queue_db: Connection, tmp_path: Path
) -> None:
    with working(project, tmp_path, "--processes", "2") as supervisor:
        first = {each["name"] for each in until(lambda: two(queue_db))}
        victim = int(min(first).rpartition(":")[2])
        os.kill(victim, signal.SIGKILL)
        until(lambda: {each["name"] for each in registered(queue_db)} - first)
        assert "ended with SIGKILL; another in 0.5 s" in supervisor.said()
        job_id = enqueue(queue_db, payload='{"n": 1}')
        until(lambda: row(queue_db, job_id)["status"] == "succeeded")
        supervisor.end()
        assert supervisor.process.returncode == 0
    assert {each["name"] for each in registered(queue_db)} == {min(first)}, "the killed one"


def test_processes_end_when_their_supervisor_is_killed(
    project: Project, queue_db: Connection, tmp_path: Path
) -> None:
    with working(project, tmp_path, "--processes", "2") as supervisor:
        until(lambda: two(queue_db))
        supervisor.process.kill()
        until(lambda: not registered(queue_db))


def test_a_mistake_ends_every_process_with_its_exit_code(
    project: Project, queue_db: Connection, tmp_path: Path
) -> None:
    assert queue_db
    words = ("--processes", "2", "--handlers", "no_such_module")
    worker = run(project, tmp_path, *words)
    assert worker.process.returncode == 1
    assert "cannot import the handler module 'no_such_module'" in worker.said()
    assert "Traceback" not in worker.said()


def test_nothing_is_claimed_while_job_processing_is_disabled(
    project: Project, queue_db: Connection, tmp_path: Path
) -> None:
    job_id = enqueue(queue_db)
    disabled = Project(project.folder, {**project.environ, "JOB_QUEUE_DISABLED": "true"})
    worker = run(disabled, tmp_path, "--drain")
    assert worker.process.returncode == 0
    assert "JOB_QUEUE_DISABLED is set" in worker.said()
    assert row(queue_db, job_id)["status"] == "pending"
