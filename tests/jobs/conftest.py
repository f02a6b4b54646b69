"""The whole chain, ticking every second, with a real `supaops serve` at its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from supaops.checks.run import run_checks
from supaops.db.connect import Connection, connect
from supaops.jobs.smoke import run_smoke
from supaops.local import Stack
from supaops.status import Severity
from tests.chains import TICKING, remind, serve, unused_endpoint
from tests.projects import Project, reset
from tests.waiting import until


@pytest.fixture(scope="module")
def chain(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Return an applied project whose endpoint is a port that nothing listens on yet."""
    project = Project.make(tmp_path_factory.mktemp("chain"), stack, TICKING)
    project.environ["JOB_QUEUE_WORKER_ENDPOINT"] = unused_endpoint()
    with connect(stack.url, application_name="pytest") as conn:
        reset(conn)
        project.apply(conn)
        remind(project)
        yield project
        reset(conn)  # it ticks every second, which no other test wants


@pytest.fixture
def conn(chain: Project) -> Iterator[Connection]:
    """Return a connection to the chain's database, repaired after the test."""
    with connect(chain.url, application_name="pytest") as connection:
        yield connection
        chain.apply(connection)


IN_FLIGHT = """
select from cron.job_run_details where end_time is null
union all
select from supaops.dispatch d
 where d.responded_at is null and not exists (
   select from net._http_response r where r.id = d.request_id)
"""


def break_link(conn: Connection, statement: str) -> None:
    """Break the chain, and wait until what was under way before has come to its end."""
    conn.execute(statement.encode())
    until(lambda: conn.execute(IN_FLIGHT).fetchone() is None)


@pytest.fixture
def served(chain: Project) -> Iterator[Project]:
    """Return the chain with its worker running."""
    with serve(chain):
        yield chain


@pytest.fixture
def ticking(stack: Stack, tmp_path: Path, db: Connection) -> Iterator[Project]:
    """Return a project that ticks every second, not applied yet; quiet again after the test."""
    project = Project.make(tmp_path, stack, TICKING)
    project.environ["JOB_QUEUE_WORKER_ENDPOINT"] = unused_endpoint()
    yield project
    reset(db)


def assert_the_chain_works(conn: Connection, project: Project) -> None:
    result = run_smoke(conn, project.config, timeout=timedelta(seconds=30))
    assert result.broken is None, result.broken
    findings = run_checks(conn, project.desired)
    well = (Severity.OK, Severity.SKIPPED)  # without a DSN there is nothing to say of Sentry
    assert [each for each in findings if each.severity not in well] == []
