"""One applied queue for the whole suite, and each kind of worker once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.conformance.workers import KINDS, Start, Worker
from tests.projects import QUIET_CRON, Project, applied

# Long enough for a slow machine not to lose a lease, and a third of it short enough to wait for.
OVERLAY = f"""
queue:
  lease: 3s
  retry: {{base: 20s, max: 1h, jitter: 0}}
  task_types:
    game_platform_sync: {{timeout: 3s}}
    echo: {{timeout: 3s}}
    fail: {{timeout: 3s}}
    discard: {{timeout: 3s}}
    again: {{timeout: 3s}}
    slow: {{timeout: 3s}}
    spawn: {{timeout: 3s}}
    nobodys: {{timeout: 3s}}
worker:
  timeout: 2s
  auth: signature
  batch_limit: 50
{QUIET_CRON}"""

_EMPTY = "delete from public.job_queue"


@pytest.fixture(scope="module")
def project(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Apply the queue that every worker works on."""
    return applied(tmp_path_factory.mktemp("conformance"), stack, OVERLAY, patient="slow")


@pytest.fixture(scope="module", params=sorted(KINDS))
def start(request: pytest.FixtureRequest) -> Start:
    """Return what starts a worker, kind by kind."""
    return KINDS[request.param]


@pytest.fixture(scope="module")
def running(project: Project, start: Start) -> Iterator[Worker]:
    """Run a worker of each kind for all its tests."""
    with start(project, {}) as worker:
        yield worker


@pytest.fixture
def worker(running: Worker, db: Connection) -> Worker:  # noqa: ARG001  the empty queue
    """Return the running worker, whose queue is empty."""
    return running


@pytest.fixture
def db(project: Project) -> Iterator[Connection]:
    """Return a connection to the applied queue, emptied."""
    with connect(project.url, application_name="pytest") as connection:
        connection.execute(_EMPTY)
        yield connection
        connection.execute(_EMPTY)
