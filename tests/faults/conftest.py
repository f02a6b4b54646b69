"""A chain that works, to be broken one fault at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from supaops.db.connect import connect
from supaops.local import Stack
from tests.chains import TICKING, remind, serve, unused_endpoint
from tests.faults.fault import Fault, Scene
from tests.projects import Project, reset
from tests.waiting import until
from tests.worker.sentry_receiver import receiving

HEALTHY = f"{TICKING}\nsentry:\n  dsn: env(SENTRY_DSN)\n"
_ANSWERED = "select from supaops.dispatch where status_code = 200"


@pytest.fixture(scope="module")
def healthy(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Return a project whose chain ticks, with a worker that has answered."""
    with working(stack, tmp_path_factory.mktemp("healthy")) as project:
        yield project


@contextmanager
def working(stack: Stack, folder: Path) -> Iterator[Project]:
    """Have a chain that ticks, whose worker has answered and tells Sentry, within the block."""
    project = Project.make(folder, stack, HEALTHY)
    project.environ["JOB_QUEUE_WORKER_ENDPOINT"] = unused_endpoint()
    with receiving() as sentry, connect(stack.url, application_name="pytest") as conn:
        project.environ["SENTRY_DSN"] = sentry.dsn
        reset(conn)
        with serve(project):
            project.apply(conn)
            remind(project)
            until(lambda: conn.execute(_ANSWERED).fetchone() is not None)
            yield project
        reset(conn)


@pytest.fixture
def scene(stack: Stack, healthy: Project) -> Iterator[Scene]:
    """Return the chain with a superuser's transaction that is rolled back in the end."""
    with opened(stack, healthy) as scene:
        yield scene


@contextmanager
def opened(stack: Stack, project: Project) -> Iterator[Scene]:
    """Have a superuser's transaction on a chain, which is rolled back in the end."""
    with connect(stack.admin_url, application_name="pytest") as conn, conn.transaction() as whole:
        yield Scene(conn, project)
        raise psycopg.Rollback(whole)


@contextmanager
def broken(scene: Scene, fault: Fault) -> Iterator[None]:
    """Have a fault there for the time of the block."""
    with fault.inject(scene):
        if fault.overlay is not None:
            scene.project.write_overlay(fault.overlay)
        try:
            yield
        finally:
            scene.project.write_overlay(HEALTHY)
