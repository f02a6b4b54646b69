"""One applied queue, and one function that serves it, for all its tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from supaops.config import Config, load
from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.edge.serving import Served, serving
from tests.projects import QUIET_CRON, ROOT, Project, applied, base_file

OVERLAY = f"""
queue:
  lease: 3s
  retry: {{base: 20s, max: 1h, jitter: 0}}
  task_types:
    game_platform_sync: {{timeout: 2s}}
    echo: {{timeout: 2s}}
    slow: {{timeout: 2s}}
    spawn: {{timeout: 2s}}
    stubborn: {{timeout: 100ms}}
    wrapped: {{timeout: 2s}}
    unload: {{timeout: 2s}}
worker:
  timeout: 2s
  batch_limit: 2
{QUIET_CRON}"""
NOBODY = {
    "SUPABASE_URL": "http://127.0.0.1:9",
    "SUPABASE_SERVICE_ROLE_KEY": "the-service-key",
    "JOB_QUEUE_RUNNER_SECRET": "sésame, open yourself",
}
"""Of a function whose database is away."""
AWAY = (503, {"error": "the database is unavailable"})
"""What it answers to whoever is let in."""


@pytest.fixture(scope="module")
def project(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Apply the queue."""
    return applied(tmp_path_factory.mktemp("edge"), stack, OVERLAY)


@pytest.fixture(scope="module")
def served(project: Project) -> Iterator[Served]:
    """Serve the queue."""
    with serving(project.config, project.environ) as function:
        yield function


@pytest.fixture
def db(project: Project) -> Iterator[Connection]:
    """Return a connection to the applied queue, emptied."""
    with connect(project.url, application_name="pytest") as connection:
        connection.execute("delete from public.job_queue")
        yield connection


@pytest.fixture(scope="module")
def declared() -> Config:
    """Return the repository's own config."""
    return load(base_file(ROOT), "production")


@pytest.fixture(scope="module")
def alone(declared: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve without a database."""
    home = {"HOME": str(tmp_path_factory.mktemp("home"))}
    with serving(declared, {**home, **NOBODY}) as function:
        yield function


def log_of(served: Served) -> str:
    """Return all that a function has written."""
    return Path(served.log).read_text(encoding="utf-8")


def answer(served: Served, method: str = "POST", path: str = "/job-runner", **content: Any) -> Any:
    """Return status and body."""
    found = served.request(method, path, **content)
    return found.status_code, found.json()
