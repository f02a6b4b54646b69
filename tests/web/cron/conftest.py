"""A chain that ticks every second before a control room, with a worker at its end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.chains import TICKING, remind, serve, unused_endpoint
from tests.projects import Project, applied, reset
from tests.web.scene import TASK_TYPES
from tests.web.site import OVERLAY, VARIABLES, Served, served

YEARLY = """
cron:
  jobs:
    job_queue_worker: {active: false}
    job_queue_cleanup_daily: {schedule: "0 0 1 1 *"}
    job_queue_maintenance: {schedule: "0 0 1 1 *"}
"""
"""Two jobs that are active, and not due while a test looks."""


@pytest.fixture(scope="module")
def project(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Apply a queue with cron jobs that can be paused."""
    made = applied(tmp_path_factory.mktemp("cron"), stack, YEARLY + OVERLAY + TASK_TYPES)
    made.environ.update(VARIABLES)
    return made


@pytest.fixture(scope="module")
def chain(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Return an applied project that ticks every second, with its worker running."""
    project = Project.make(tmp_path_factory.mktemp("chain"), stack, TICKING + OVERLAY)
    project.environ["JOB_QUEUE_WORKER_ENDPOINT"] = unused_endpoint()
    project.environ.update(VARIABLES)
    with connect(stack.url, application_name="pytest") as conn:
        reset(conn)
        project.apply(conn)
        remind(project)
        with serve(project):
            yield project
        reset(conn)  # it ticks every second, which no other test wants


@pytest.fixture(scope="module")
def ticking_room(chain: Project) -> Iterator[Served]:
    """Serve the control room of the chain."""
    with served(chain) as site:
        yield site


@pytest.fixture
def conn(chain: Project) -> Iterator[Connection]:
    """Return a connection to the chain's database."""
    with connect(chain.url, application_name="pytest") as connection:
        yield connection
