"""A database with an applied project, whose records a test writes itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.projects import Project, reset

EMPTY = b"""
delete from supaops.dispatch;
delete from net._http_response;
delete from cron.job_run_details;
delete from supaops.audit;
select cron.unschedule(jobid) from cron.job where jobname = 'theirs';
"""


@pytest.fixture(scope="module")
def project(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return an applied project of which nothing runs by itself."""
    made = Project.make(tmp_path_factory.mktemp("health"), stack)
    with connect(stack.url, application_name="pytest") as conn:
        reset(conn)
        made.apply(conn)
    return made


@pytest.fixture
def applied(project: Project) -> Iterator[Connection]:
    """Return a connection as role postgres to a database without any record."""
    with connect(project.url, application_name="pytest") as conn:
        conn.execute(EMPTY)
        yield conn
