"""Fixtures of the worker's tests; asynchronous ones run on asyncio."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.projects import Project, applied

# Short leases, so that a lost worker's jobs come back while a test waits; nothing ticks by itself.
OVERLAY = """
queue:
  lease: 2s
  retry: {base: 100ms, max: 1s, jitter: 0}
  task_types:
    game_platform_sync: {timeout: 2s}
    nap: {timeout: 2s}
    work: {timeout: 2s, max_attempts: 3}
worker:
  timeout: 1500ms
cron:
  jobs:
    job_queue_worker: {active: false}
    job_queue_cleanup_daily: {active: false}
    job_queue_maintenance: {active: false}
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def project(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Apply a queue with short leases once per module."""
    return apply_project(stack, tmp_path_factory.mktemp("project"))


def apply_project(stack: Stack, folder: Path, overlay: str = OVERLAY) -> Project:
    """Lay a project out in `folder` and apply it to an emptied stack."""
    return applied(folder, stack, overlay, patient="nap")


@pytest.fixture
def queue_db(project: Project) -> Iterator[Connection]:
    """Return a connection to an applied queue that holds no job."""
    with connect(project.url, application_name="pytest") as connection:
        connection.execute("delete from public.job_queue")
        yield connection
