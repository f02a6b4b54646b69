"""How much a plan asks the server, by what libpq sends."""

from __future__ import annotations

import re
import tempfile

import pytest

from supaops.db.connect import Connection, connect
from supaops.plan import Plan
from tests.projects import QUIET_CRON, Project

pytestmark = pytest.mark.stack

_JOB = """\
    report_{n}: {{schedule: "0 0 1 1 *", sql: "select 'report {n}'"}}
"""
# What a frontend sends to have a statement run; F is the frontend, as in PQtrace's output.
_EXECUTIONS = re.compile(r"\tF\t\d+\t(?:Query|Execute)\b")
_FUNCTION = (
    "create function public.job_queue_other_{n}() returns integer language sql as 'select 1'"
)


def test_a_plan_sends_as_many_statements_for_500_jobs_as_for_5(
    project: Project, db: Connection
) -> None:
    sent = []
    for count in (5, 500):
        project.write_overlay(QUIET_CRON + "".join(_JOB.format(n=n) for n in range(count)))
        project.apply(db)
        for n in range(count // 10):
            db.execute(_FUNCTION.format(n=f"{count}_{n}").encode())
        found, statements = _traced(project)
        assert found.pending == []
        sent.append(statements)
    assert 5 < sent[0] == sent[1] < 20


def _traced(project: Project) -> tuple[Plan, int]:
    """Return a plan, and how many statements reached the server for it."""
    with connect(project.url) as conn, tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        conn.pgconn.trace(file.fileno())
        found = project.plan(conn)
        conn.pgconn.untrace()
        file.seek(0)
        return found, len(_EXECUTIONS.findall(file.read()))
