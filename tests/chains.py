"""A whole chain that ticks every second, with a real `supaops serve` at its end."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from supaops.apply import remind_scheduler, scheduler
from supaops.db.connect import connect
from tests.ports import unused_port
from tests.projects import ROOT, Project
from tests.waiting import until
from tests.zygote import Process, run

TICKING = """
cron:
  jobs:
    job_queue_worker: {schedule: 1 second}
    job_queue_cleanup_daily: {active: false}
    job_queue_maintenance: {active: false}
"""
HANDLERS = """
from supaops.worker import Handlers

registry = Handlers()


@registry.handler("game_platform_sync")
def game_platform_sync(context, payload):
    return None
"""
"""One for each task type of the base file."""
OF_A_SERVER = (
    "uvicorn.protocols.http.h11_impl",
    "supaops.worker.executors.engines",
    "supaops.worker.http.app",
    "supaops.serving.server",
    "supaops.worker.sentry.start",
    "supaops.worker.telemetry.observing",
    "supaops.worker.transports.choice",
    "supaops.watch.heartbeat",
    "supaops.watch.publish",
    "supaops.watch.rounds",
    "supaops.watch.server",
)
"""What the commands import that run until they are stopped: all are forks of one process."""
SUPAOPS = [sys.executable, "-c", "from supaops.cli import main; main()"]


def unused_endpoint() -> str:
    """Return a worker's URL at a port that nothing listens on."""
    return f"http://127.0.0.1:{unused_port()}/api/jobs/run"


@contextmanager
def serve(project: Project, **variables: str) -> Iterator[Process]:
    """Run `supaops serve`, with a handler for each task type, until the block ends."""
    (project.folder / "every_handler.py").write_text(HANDLERS, encoding="utf-8")
    url = httpx.URL(project.environ["JOB_QUEUE_WORKER_ENDPOINT"])
    words = ["serve", "--config", str(project.config_path), "--port", str(url.port)]
    log = project.folder / "serve.log"
    with log.open("ab") as output, Path(os.devnull).open("rb") as nothing:
        process = run(
            words,
            folder=ROOT,
            variables={**project.environ, "SUPAOPS_HANDLERS": "every_handler", **variables},
            streams=(nothing.fileno(), output.fileno(), output.fileno()),
            modules=OF_A_SERVER,
        )
    try:
        until(lambda: answers(process, url, log))
        remind(project)
        yield process
    finally:
        process.terminate()
        process.wait(30)


def remind(project: Project) -> None:
    """Do what `supaops apply` does after an apply."""
    with connect(project.url, application_name="pytest reminder") as conn:
        remind_scheduler(conn)


@contextmanager
def nothing_ticking() -> Iterator[None]:
    """Have nobody wait until pg_cron has settled: for blocks in which no job is due."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scheduler, "_SETTLED_AFTER_S", 0)
        yield


def answers(process: Process, url: httpx.URL, log: Path) -> bool:
    assert process.poll() is None, log.read_text()
    try:
        return httpx.get(url.copy_with(path="/healthz"), timeout=2).is_success
    except httpx.TransportError:
        return False
