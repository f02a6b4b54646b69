"""The chain under another name, under other settings, and behind a pooler."""

from __future__ import annotations

import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.apply.role_setting import role_setting
from tests.chains import TICKING, serve
from tests.jobs.conftest import assert_the_chain_works
from tests.projects import Project

pytestmark = pytest.mark.stack

RENAMED = f"{TICKING}\nqueue: {{name: work, schema: app}}\n"


def test_a_queue_of_another_name_in_another_schema_works_to_http_200(
    ticking: Project, db: Connection
) -> None:
    db.execute("create schema app")
    ticking.write_overlay(RENAMED)
    ticking.apply(db)
    with serve(ticking):
        assert_the_chain_works(db, ticking)
    row = db.execute("select count(*) as n from app.work_cron_history where http_status = 200")
    assert (row.fetchone() or {})["n"] > 0


def test_a_role_that_prints_times_its_own_way_can_serve_smoke_and_verify(
    ticking: Project, db: Connection, stack: Stack
) -> None:
    ticking.apply(db)
    with (
        role_setting(stack, "datestyle", "German"),
        role_setting(stack, "intervalstyle", "sql_standard"),
        connect(stack.url) as conn,
        serve(ticking),
    ):
        assert_the_chain_works(conn, ticking)


def test_a_superuser_sees_the_chain_of_the_role_that_applied(
    ticking: Project, db: Connection, stack: Stack
) -> None:
    ticking.apply(db)
    with connect(stack.admin_url) as admin, serve(ticking):
        assert_the_chain_works(admin, ticking)


def test_smoke_and_verify_work_behind_a_transaction_pooler_and_leave_no_setting(
    ticking: Project, db: Connection, pooler: str
) -> None:
    ticking.apply(db)
    settings = (
        "select name, setting from pg_settings "
        "where source = 'session' and name !~ '^transaction_' order by name"
    )
    with connect(pooler) as conn:
        before = conn.execute(settings).fetchall()
        with serve(ticking, DATABASE_URL=pooler):
            assert_the_chain_works(conn, ticking)
        assert conn.execute(settings).fetchall() == before
