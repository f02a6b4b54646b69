"""What a migration leaves of the session that runs it, and what it needs of it."""

from __future__ import annotations

import pglast
import psycopg
import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.migration.conftest import assert_nothing_to_do, fill_vault, push, run, write
from tests.projects import QUIET_CRON, Project

pytestmark = pytest.mark.stack


def test_without_a_transaction_it_stops_at_once(project: Project, db: Connection) -> None:
    statements = pglast.split(write(project).text)
    guard = next(each for each in statements if "must run in one transaction" in each)
    for statement in statements[: statements.index(guard)]:
        db.execute(statement.encode())
    with pytest.raises(psycopg.Error, match="must run in one transaction"):
        db.execute(guard.encode())
    assert db.execute("select to_regnamespace('supaops') as it").fetchone() == {"it": None}


def test_the_session_is_left_as_it_was(project: Project, db: Connection) -> None:
    names = ("search_path", "role", "lock_timeout", "statement_timeout", "check_function_bodies")
    settings = [f"current_setting('{name}') as {name}" for name in names]
    query = f"select {', '.join(settings)}".encode()
    before = db.execute(query).fetchone()
    push(db, write(project))
    assert db.execute(query).fetchone() == before
    for left in (
        "pg_class where relname like 'supaops%' and relpersistence = 't'",
        "pg_proc where proname like 'supaops\\_%'",
    ):
        assert db.execute(f"select count(*) as n from {left}".encode()).fetchone() == {"n": 0}


def test_another_role_acts_as_the_owner_of_our_schema_and_is_itself_again(
    project: Project, db: Connection, stack: Stack
) -> None:
    push(db, write(project))
    project.write_overlay(f"{QUIET_CRON}    extra: {{schedule: '0 0 1 1 *', sql: select 1}}\n")
    found = write(project, "extra")
    with connect(stack.admin_url, application_name="pytest") as admin:
        push(admin, found)
        assert admin.execute("select current_user::text as it").fetchone() == {
            "it": "supabase_admin"
        }
    owner = db.execute("select username from cron.job where jobname = 'extra'").fetchone()
    assert owner == {"username": "postgres"}


def test_a_transaction_pooler_is_no_obstacle(project: Project, db: Connection, pooler: str) -> None:
    fill_vault(db, project)
    with connect(pooler, application_name="pytest") as conn:
        push(conn, write(project))
    assert_nothing_to_do(project, db)


def test_it_waits_for_an_apply_and_gives_up_in_time(
    project: Project, db: Connection, stack: Stack
) -> None:
    text = write(project).text.replace("'10000ms'", "'50ms'")
    with connect(stack.url, application_name="pytest another") as other, other.transaction():
        other.execute("select pg_advisory_xact_lock(x'73757061'::int, x'6F707300'::int)")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            run(db, text)
