"""Settings of the role that applies change neither what is seen nor what is done."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from supaops.db.connect import Connection, connect
from supaops.errors import DatabaseError
from supaops.local import Stack
from tests.apply.role_setting import role_setting
from tests.projects import Project

pytestmark = pytest.mark.stack

SPELLINGS = {
    "intervalstyle": "sql_standard",
    "datestyle": "German",
    "quote_all_identifiers": "on",
    "extra_float_digits": "-15",
    "bytea_output": "escape",
    "search_path": "net",
    "timezone": "Asia/Tokyo",
    "standard_conforming_strings": "off",
}


@pytest.mark.parametrize(("name", "value"), SPELLINGS.items())
def test_the_way_a_role_has_values_printed_is_no_drift(
    applied: Project, db: Connection, stack: Stack, name: str, value: str
) -> None:
    with role_setting(stack, name, value), connect(stack.url) as other:
        assert applied.plan(other).pending == []
        db.execute("delete from supaops.resource where kind = 'task_type'")
        db.execute("drop view public.job_queue_cron_history")
        applied.apply(other)
    assert applied.plan(db).pending == []


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_of_two_applies_at_once_the_second_sees_the_first_at_any_isolation_level(
    project: Project, stack: Stack, level: str
) -> None:
    def run() -> int | None:
        with connect(stack.url) as conn:
            return project.apply(conn).revision_id

    with (
        role_setting(stack, "default_transaction_isolation", level),
        ThreadPoolExecutor(2) as pool,
    ):
        futures = [pool.submit(run), pool.submit(run)]
        revisions = [future.result() for future in futures]
    assert sorted(revisions, key=str) == [1, None]


def test_a_read_only_database_can_be_planned_and_says_why_it_cannot_be_changed(
    applied: Project, stack: Stack
) -> None:
    applied.write_overlay("cron: {jobs: {job_queue_worker: {schedule: '*/7 * * * *'}}}")
    with (
        role_setting(stack, "default_transaction_read_only", "on"),
        connect(stack.url) as conn,
    ):
        assert applied.plan(conn).pending
        with pytest.raises(DatabaseError, match="read-only transaction") as caught:
            applied.apply(conn)
    assert "default_transaction_read_only is on" in (caught.value.hint or "")


def test_a_setting_of_a_test_leaves_the_roles_own_as_it_was(stack: Stack) -> None:
    with connect(stack.url) as conn:
        before = conn.execute("show search_path").fetchone()
    with role_setting(stack, "search_path", "pg_catalog"):
        pass
    with connect(stack.url) as conn:
        assert conn.execute("show search_path").fetchone() == before
