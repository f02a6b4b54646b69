"""A chain that ticks every second, for watchers to look at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.chains import TICKING, remind, serve, unused_endpoint
from tests.projects import Project, reset
from tests.waiting import until


@pytest.fixture(scope="module")
def chain(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Return an applied project that ticks, with no worker at its endpoint."""
    project = Project.make(tmp_path_factory.mktemp("watched"), stack, TICKING)
    project.environ["JOB_QUEUE_WORKER_ENDPOINT"] = unused_endpoint()
    with connect(stack.url, application_name="pytest") as conn:
        reset(conn)
        project.apply(conn)
        remind(project)
        yield project
        reset(conn)


@pytest.fixture
def conn(chain: Project) -> Iterator[Connection]:
    """Return a connection to the chain's database."""
    with connect(chain.url, application_name="pytest") as connection:
        yield connection


@pytest.fixture
def healthy(chain: Project, conn: Connection) -> Iterator[Project]:
    """Return the chain with a worker, once the newest post was answered well."""
    with serve(chain):
        until(lambda: conn.execute(NEWEST).fetchone() is not None)
        yield chain


NEWEST = """
select from (select * from supaops.dispatch where responded_at is not null
              order by id desc limit 1) as newest where status_code = 200
"""
