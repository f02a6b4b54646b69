"""Fixtures of the worker's tests; asynchronous ones run on asyncio."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from supaops.apply import apply_plan, provenance
from supaops.config import Config, Resolved, load, resolve
from supaops.db.connect import Connection, connect
from supaops.local import Stack
from supaops.plan import Desired, read_plan
from supaops.render import resources
from supaops.worker.settings import Settings

ROOT = Path(__file__).parents[2]
RESET = (ROOT / "tests" / "reset.sql").read_bytes()

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
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass(frozen=True, slots=True)
class Project:
    """A project whose queue is applied to the stack."""

    folder: Path
    stack: Stack
    config: Config
    resolved: Resolved = field(repr=False)

    @property
    def config_path(self) -> Path:
        return self.folder / "ops" / "config" / "job_queue.yaml"

    @property
    def settings(self) -> Settings:
        return Settings.of(self.config, self.resolved.secrets)

    @property
    def environ(self) -> dict[str, str]:
        return {**os.environ, **self.stack.environment, "SUPAOPS_ENV": "test"}


@pytest.fixture(scope="module")
def project(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Apply a queue with short leases once per module."""
    return apply_project(stack, tmp_path_factory.mktemp("project"))


def apply_project(stack: Stack, folder: Path) -> Project:
    """Lay a project out in `folder` and apply it to an emptied stack."""
    path = folder / "ops" / "config" / "job_queue.yaml"
    (path.parent / "environments").mkdir(parents=True)
    shutil.copy(ROOT / "ops" / "config" / "job_queue.yaml", path)
    (path.parent / "environments" / "test.yaml").write_text(OVERLAY)
    config = load(path, "test")
    resolved = resolve(config, stack.environment)
    with connect(stack.url, application_name="pytest") as connection:
        connection.execute(RESET)
        desired = Desired(config, resources(config), resolved.secrets)
        apply_plan(connection, desired, read_plan(connection, desired), provenance(folder))
        # Longer than a lease, which the YAML does not allow: only then heartbeats matter.
        connection.execute("update supaops.task_type set timeout = '20 s' where name = 'nap'")
    return Project(folder, stack, config, resolved)


@pytest.fixture
def queue_db(project: Project) -> Iterator[Connection]:
    """Return a connection to an applied queue that holds no job."""
    with connect(project.stack.url, application_name="pytest") as connection:
        connection.execute("delete from public.job_queue")
        yield connection
