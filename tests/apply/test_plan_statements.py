"""How much a plan asks the server, and how often an apply does, by what libpq sends."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from supaops.db.connect import Connection, connect
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
    sent: list[int] = []
    for count in (5, 500):
        project.write_overlay(QUIET_CRON + "".join(_JOB.format(n=n) for n in range(count)))
        project.apply(db)
        for n in range(count // 10):
            db.execute(_FUNCTION.format(n=f"{count}_{n}").encode())
        with connect(project.url) as conn, _traced(conn) as statements:
            assert project.plan(conn).pending == []
        sent += statements
    assert 5 < sent[0] == sent[1] < 20


@pytest.mark.usefixtures("db")
def test_a_first_apply_makes_a_fraction_of_the_round_trips_of_its_objects(project: Project) -> None:
    with connect(project.url) as conn, _traced(conn) as statements:
        applied = project.apply(conn)
    assert len(applied.changes) > 300
    assert statements[0] < len(applied.changes) / 2


@contextmanager
def _traced(conn: Connection) -> Iterator[list[int]]:
    """Add to the list, after the block, how often a statement or a script reached the server."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        conn.pgconn.trace(file.fileno())
        counted: list[int] = []
        yield counted
        conn.pgconn.untrace()
        file.seek(0)
        counted.append(len(_EXECUTIONS.findall(file.read())))
