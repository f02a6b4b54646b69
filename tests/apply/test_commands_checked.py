"""What an active cron job runs is planned before the commit: a typo fails now, not at each tick."""

from __future__ import annotations

import pytest
from psycopg.conninfo import make_conninfo

from supaops.db.connect import Connection, connect
from supaops.errors import DatabaseError
from tests.projects import Project

pytestmark = pytest.mark.stack

WRONG = {
    "select no_such_function()": "function no_such_function() does not exist",
    "select * from no_such_table": 'relation "no_such_table" does not exist',
    "select no_such_column from job_queue": 'column "no_such_column" does not exist',
    "insert into job_queue (no_such_column) values (1)": 'column "no_such_column" of',
    "select net.http_get(url := 'http://x', body := '{}')": "net.http_get(url => unknown, body",
}
RIGHT = [
    "select count(*) from job_queue",
    "delete from job_queue where false",
    "vacuum job_queue",
    "do $$ begin perform no_such_function(); end $$",
    "select 'ä', 1 -- a comment",
]


def overlay(sql: str, *, active: bool = True) -> str:
    quoted = sql.replace("'", "''")
    job = f"{{schedule: '0 0 1 1 *', active: {str(active).lower()}, sql: '{quoted}'}}"
    return f"cron: {{jobs: {{yearly: {job}, job_queue_worker: {{active: false}}}}}}\n"


@pytest.mark.parametrize(("sql", "message"), WRONG.items())
def test_a_statement_that_cannot_run_stops_the_apply(
    applied: Project, db: Connection, sql: str, message: str
) -> None:
    applied.write_overlay(overlay(sql))
    with pytest.raises(DatabaseError) as caught:
        applied.apply(db)
    assert "checking what cron_job.yearly runs" in str(caught.value)
    assert message in str(caught.value)
    assert db.execute("select from cron.job where jobname = 'yearly'").fetchone() is None


@pytest.mark.parametrize("sql", RIGHT)
def test_a_statement_that_can_run_or_cannot_be_planned_is_scheduled(
    applied: Project, db: Connection, sql: str
) -> None:
    applied.write_overlay(overlay(sql))
    applied.apply(db)
    assert applied.plan(db).pending == []
    assert db.execute("select from pg_prepared_statements").fetchall() == []


def test_an_inactive_job_may_wait_for_what_it_needs(applied: Project, db: Connection) -> None:
    applied.write_overlay(overlay("select no_such_function()", active=False))
    applied.apply(db)
    assert applied.plan(db).pending == []


def test_a_job_sees_the_names_of_the_session_s_own_search_path(
    applied: Project, db: Connection
) -> None:
    """The apply itself works with an empty one."""
    db.execute("create schema elsewhere; create table elsewhere.thing (n int)")
    applied.write_overlay(overlay("select n from thing"))
    try:
        url = make_conninfo(applied.url, options="-c search_path=elsewhere,public")
        with connect(url) as session:
            applied.apply(session)
    finally:
        db.execute("drop schema elsewhere cascade")
