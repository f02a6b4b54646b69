"""What stands in the way of an apply is named with a remedy, and nothing is changed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from supaops.apply import Options, apply_plan, provenance
from supaops.db.connect import Connection, connect
from supaops.errors import Blocked, DatabaseError, Refused
from supaops.local import Stack
from supaops.plan import Action, Change
from tests.projects import Project

pytestmark = pytest.mark.stack

OTHER_RESULT = """
drop function public.job_queue_resume(text, text);
create function public.job_queue_resume(queue text, task_type text) returns text return 'yes';
create view public.theirs as select public.job_queue_resume('default', '*')
"""
OTHER_COLUMNS = """
drop view public.job_queue_dispatch_history;
create view public.job_queue_dispatch_history as select 1 as one;
create view public.theirs as select * from public.job_queue_dispatch_history
"""
UNDECLARED = """
create function public.job_queue_old() returns integer return 1;
create view public.theirs as select public.job_queue_old();
insert into supaops.resource
select 'function.public.job_queue_old', 'function', 'a', 'b', 'c', 'd', max(id)
  from supaops.revision
"""


@pytest.mark.parametrize("edit", [OTHER_RESULT, OTHER_COLUMNS, UNDECLARED])
def test_an_object_that_something_depends_on_is_never_dropped_by_cascade(
    applied: Project, db: Connection, edit: str
) -> None:
    db.execute(edit.encode())
    with pytest.raises(DatabaseError, match=r"view public\.theirs depends on") as caught:
        applied.apply(db, Options(prune=True))
    assert "cascade" not in (caught.value.hint or "").lower()
    assert db.execute("select to_regclass('public.theirs') as oid").fetchone() != {"oid": None}
    db.execute("drop view public.theirs")
    applied.apply(db, Options(prune=True))
    assert applied.plan(db).pending == []


def test_what_cannot_be_created_is_named_among_those_it_travels_with(
    project: Project, db: Connection
) -> None:
    db.execute("create table public.job_queue_cron_history (theirs integer)")
    with pytest.raises(DatabaseError, match='"job_queue_cron_history" is not a view') as caught:
        project.apply(db)
    assert "applying view.public.job_queue_cron_history: " in str(caught.value)
    db.execute("drop table public.job_queue_cron_history")
    project.apply(db)
    assert project.plan(db).pending == []


def test_a_session_that_keeps_a_change_waiting_is_named(
    applied: Project, db: Connection, stack: Stack
) -> None:
    db.execute("alter table public.job_queue disable trigger job_queue_hand_edit")
    with connect(stack.url, application_name="a long report") as other, other.transaction():
        other.execute("insert into public.job_queue (task_type) values ('game_platform_sync')")
        with pytest.raises(Blocked, match="lock timeout") as caught:
            applied.apply(db, Options(lock_wait=timedelta(milliseconds=50)))
        assert f"pid {other.info.backend_pid}: a long report" in str(caught.value)
    applied.apply(db)
    assert applied.plan(db).pending == []


@pytest.mark.parametrize(
    ("statement", "step"),
    [
        ("create table public.job_queue (id uuid)", "schema.002_job_queue"),
        ("create schema supaops", "schema.001_supaops"),
    ],
)
def test_a_table_or_schema_in_the_way_is_a_conflict_that_cannot_be_forced(
    project: Project, db: Connection, statement: str, step: str
) -> None:
    db.execute(statement.encode())
    assert [change.address for change in project.plan(db).of(Action.CONFLICT)] == [step]
    with pytest.raises(Refused, match="was not made by supaops") as caught:
        project.apply(db, Options(force=True))
    assert "--force" not in (caught.value.hint or "")


def test_a_table_that_is_gone_is_a_conflict_that_names_it(applied: Project, db: Connection) -> None:
    db.execute("drop table supaops.pause")
    assert [change.address for change in applied.plan(db).of(Action.CONFLICT)] == [
        "schema.005_operator"
    ]
    with pytest.raises(Refused, match=r"gone from the database: supaops\.pause"):
        applied.apply(db, Options(force=True))


def test_a_queue_cannot_be_renamed_once_it_is_applied(applied: Project, db: Connection) -> None:
    before = db.execute("select count(*) from pg_proc").fetchone()
    applied.write_overlay("queue: {name: work}")
    with pytest.raises(Refused, match="append-only") as caught:
        applied.apply(db, Options(force=True))
    assert "queue.name" in (caught.value.hint or "")
    assert db.execute("select count(*) from pg_proc").fetchone() == before


def test_a_schema_that_is_not_there_is_named_with_its_key(project: Project, db: Connection) -> None:
    project.write_overlay("queue: {schema: jobs}")
    with pytest.raises(DatabaseError, match='schema "jobs" does not exist') as caught:
        project.apply(db)
    assert "queue.schema" in (caught.value.hint or "")
    db.execute("create schema jobs")
    project.apply(db)
    assert project.plan(db).pending == []


def test_what_a_newer_version_applied_is_neither_forgotten_nor_taken_for_a_defect(
    applied: Project, db: Connection
) -> None:
    newer = "update supaops.resource set address = %s, kind = %s where address = %s"
    db.execute(newer, ("schema.999_newer", "schema", "schema.007_cleanup"))
    with pytest.raises(Refused, match=r"has schema version 999, and this .* knows none after"):
        applied.apply(db, Options(prune=True, force=True))
    db.execute(newer, ("marvel.x", "marvel", "schema.999_newer"))
    with pytest.raises(DatabaseError, match="does not know: marvel"):
        applied.plan(db)


def test_a_change_of_a_schedule_takes_no_lock_that_keeps_a_worker_waiting(
    applied: Project, db: Connection, stack: Stack
) -> None:
    applied.write_overlay("cron: {jobs: {job_queue_worker: {schedule: '*/7 * * * *'}}}")
    locks = (
        "select distinct mode from pg_locks where pid = %s and relation in ("
        "  select oid from pg_class where relkind = 'r' and relname = 'job_queue'"
        "  or relnamespace = 'supaops'::regnamespace)"
    )
    with connect(stack.url) as conn:
        desired, plan = applied.desired, applied.plan(conn)
        held: set[str] = set()

        def look(_change: Change) -> None:
            rows = db.execute(locks, (conn.info.backend_pid,)).fetchall()
            held.update(row["mode"] for row in rows)

        apply_plan(conn, desired, plan, provenance(applied.folder), progress=look)
    assert held == {"AccessShareLock"}


def test_a_lost_salt_is_told_and_not_a_defect(applied: Project, db: Connection) -> None:
    db.execute("delete from supaops.installation")
    with pytest.raises(DatabaseError, match="salt"):
        applied.plan(db)
