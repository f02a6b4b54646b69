"""A queue table made by hand becomes ours, with every row, and works on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from supaops.adopt import What, carry_out, discover
from supaops.apply import Options, provenance
from supaops.db.connect import Connection, connect
from supaops.db.table import run_all
from supaops.errors import Blocked, Refused, SupaopsError
from supaops.local import Stack
from supaops.plan import Action
from tests.adopt.conftest import Import
from tests.projects import Project

pytestmark = pytest.mark.stack

COLUMNS = """
select a.attname, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull, a.attidentity,
       pg_get_expr(d.adbin, d.adrelid) as default, col_description(a.attrelid, a.attnum) as comment
  from pg_attribute a left join pg_attrdef d on (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
 where a.attrelid = 'public.job_queue'::regclass and a.attnum > 0 and not a.attisdropped
   and a.attname not in ('tenant', 'legacy_id')
 order by a.attname
"""
HANGING = """
select pg_get_indexdef(indexrelid) as what from pg_index
 where indrelid = 'public.job_queue'::regclass
   and indexrelid::regclass::text !~ 'pending_idx|legacy'
union all select pg_get_triggerdef(oid) from pg_trigger
 where tgrelid = 'public.job_queue'::regclass and not tgisinternal
union all select unnest(reloptions) from pg_class where oid = 'public.job_queue'::regclass
union all select pg_get_serial_sequence('public.job_queue', 'id')
union all select relacl::text || relrowsecurity from pg_class
 where oid = 'public.job_queue'::regclass
order by 1
"""


def test_the_table_is_afterwards_as_an_apply_makes_it(
    by_hand: Import, project: Project, db: Connection
) -> None:
    by_hand.table()
    project.apply(db, Options(force=True))
    imported = [db.execute(COLUMNS).fetchall(), db.execute(HANGING).fetchall()]
    db.execute("drop schema supaops cascade; drop table public.job_queue cascade")
    project.apply(db, Options(force=True))
    assert imported == [db.execute(COLUMNS).fetchall(), db.execute(HANGING).fetchall()]


def test_no_row_is_lost_and_what_was_missing_is_filled_in(by_hand: Import, db: Connection) -> None:
    kept = "id, task_type, status::text, run_at, attempts, max_attempts, created_at, tenant"
    before = db.execute(f"select {kept} from public.job_queue order by id").fetchall()
    assert by_hand.table().jobs == len(before) == 5
    assert db.execute(f"select {kept} from public.job_queue order by id").fetchall() == before
    made = db.execute(
        "select status, count(*) as n, count(ready_at) as ready, count(completed_at) as ended, "
        "count(last_error) as told, min(queue) as queue from public.job_queue group by 1"
    ).fetchall()
    assert {row["status"]: (row["n"], row["ready"], row["ended"], row["told"]) for row in made} == {
        "pending": (2, 2, 0, 1),
        "failed": (1, 0, 1, 1),
        "succeeded": (1, 0, 1, 0),
        "cancelled": (1, 0, 1, 0),
    }
    assert {row["queue"] for row in made} == {"default"}


def test_old_jobs_and_new_ones_run_after_the_next_apply(
    by_hand: Import, project: Project, db: Connection
) -> None:
    by_hand.table()
    conflicts = {change.address for change in project.plan(db).of(Action.CONFLICT)}
    assert conflicts == {
        "function.public.job_queue_enqueue",
        "function.public.job_queue_cleanup",
    }
    project.apply(db, Options(force=True))
    assert project.plan(db).pending == []
    db.execute("select public.job_queue_enqueue('game_platform_sync', '{\"dryRun\": false}')")
    claimed = db.execute("select * from public.job_queue_claim(10, 'w')").fetchall()
    assert [(row["id"], row["attempts"]) for row in claimed] == [(2, 2), (1, 1), (6, 1)]
    for row in claimed:
        db.execute("select public.job_queue_mark_succeeded(%s, %s)", (row["id"], row["lease_id"]))
    stats = db.execute("select * from public.job_queue_stats()").fetchall()
    assert {(row["status"], row["jobs"]) for row in stats if row["jobs"]} == {
        ("succeeded", 4),
        ("failed", 1),
        ("cancelled", 1),
    }
    assert db.execute("select public.job_queue_cleanup('1 hour')").fetchone() == {
        "job_queue_cleanup": 2
    }, "the ones that ended long ago"
    assert db.execute("select count(*) as n from public.receipt").fetchone() == {"n": 1}


def test_what_the_team_runs_works_on_between_the_import_and_the_apply(
    by_hand: Import, project: Project, db: Connection
) -> None:
    by_hand.table()
    db.execute("select public.job_queue_enqueue('game_platform_sync')")
    db.execute("update public.job_queue set status = 'running' where id = 1")
    db.execute("update public.job_queue set status = 'succeeded' where id = 1")
    db.execute("update public.job_queue set status = 'running' where id = 2")
    project.apply(db, Options(force=True))
    claimed = db.execute("select id from public.job_queue_claim(10)").fetchall()
    assert [row["id"] for row in claimed] == [6], "job 2 is held by hand, job 1 has succeeded"


def test_a_table_may_follow_cron_jobs_that_were_imported_before(
    by_hand: Import, project: Project, db: Connection
) -> None:
    db.execute("select cron.schedule('nightly', '0 3 * * *', 'select 1')")
    by_hand.carry_out(by_hand.wanted(What.CRON))
    by_hand.table()
    project.apply(db, Options(force=True))
    assert project.plan(db).pending == []
    summaries = db.execute("select summary from supaops.revision order by id limit 2").fetchall()
    assert [row["summary"] for row in summaries] == [
        "imported 1 cron job",
        "imported a table of 5 jobs",
    ]


def test_a_second_import_finds_nothing(by_hand: Import) -> None:
    by_hand.table()
    again = by_hand.discover(by_hand.wanted(What.TABLE))
    assert again.is_empty
    assert by_hand.carry_out(by_hand.wanted(What.TABLE)).revision_id is None


def test_looking_changes_nothing(by_hand: Import, db: Connection) -> None:
    by_hand.discover(by_hand.wanted(What.ALL))
    assert db.execute("select to_regnamespace('supaops') as oid").fetchone() == {"oid": None}
    type_ = "select pg_typeof(status)::text as t from public.job_queue limit 1"
    assert db.execute(type_).fetchone() == {"t": "job_status"}


def test_what_an_import_made_has_a_revision_and_is_recorded(
    by_hand: Import, db: Connection
) -> None:
    done = by_hand.table()
    found = db.execute("select id, summary from supaops.revision").fetchall()
    assert found == [{"id": done.revision_id, "summary": "imported a table of 5 jobs"}]
    plan = by_hand.project.plan(db)
    quiet = {c.address for c in plan.of_record if c.action is Action.NOOP}
    assert {"schema.001_supaops", "schema.002_job_queue", "function.supaops.hand_edit"} <= quiet
    assert plan.of(Action.UPDATE, Action.DRIFT, Action.DELETE) == []


def test_only_what_nobody_calls_by_name_is_installed(by_hand: Import, db: Connection) -> None:
    """The rest starts schedules and replaces functions: an apply shows it first."""
    by_hand.table()
    public = "select count(*) as n from pg_proc where proname like 'job_queue%'"
    assert db.execute(public).fetchone() == {"n": 2}
    assert db.execute("select count(*) as n from cron.job").fetchone() == {"n": 0}
    readable = "select has_table_privilege('anon', 'public.job_queue', 'select') as yes"
    assert db.execute(readable).fetchone() == {"yes": True}
    assert db.execute(
        "select has_schema_privilege('anon', 'supaops', 'usage') as yes"
    ).fetchone() == {"yes": False}


def test_a_table_of_another_schema_and_name_is_imported_too(
    by_hand: Import, project: Project, db: Connection
) -> None:
    path = project.config_path
    text = path.read_text().replace(
        "name: job_queue\n  schema: public", "name: tasks\n  schema: app"
    )
    path.write_text(text)
    db.execute("create schema app")
    db.execute("create table app.tasks (id bigint primary key, task_type text, status text)")
    db.execute("insert into app.tasks values (7, 'game_platform_sync', 'pending')")
    assert by_hand.table().jobs == 1
    project.apply(db)
    assert db.execute("select app.tasks_enqueue('game_platform_sync') as id").fetchone() == {
        "id": 8
    }
    claimed = db.execute("select id from app.tasks_claim(5)").fetchall()
    assert [row["id"] for row in claimed] == [7, 8]


def test_triggers_of_the_team_do_not_fire(by_hand: Import, db: Connection) -> None:
    db.execute(
        "create function public.touch() returns trigger language plpgsql as "
        "$$ begin raise 'fired'; end $$"
    )
    db.execute(
        "create trigger touch before update on public.job_queue "
        "for each row execute function public.touch()"
    )
    assert by_hand.table().jobs == 5
    with pytest.raises(Exception, match="fired"):
        db.execute("update public.job_queue set priority = 1")


def test_a_row_that_would_change_undoes_everything(
    by_hand: Import, db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lossy(conn: Connection, statements: list[str], doing: str) -> None:
        run_all(conn, [*statements, "update public.job_queue set tenant = 'x' where id = 5"], doing)

    monkeypatch.setattr("supaops.adopt.transaction.run_all", lossy)
    with pytest.raises(SupaopsError, match="would not be the same"):
        by_hand.table()
    assert db.execute("select to_regnamespace('supaops') as oid").fetchone() == {"oid": None}


def test_a_table_that_changed_after_it_was_shown_is_refused(
    by_hand: Import, project: Project, db: Connection
) -> None:
    wanted = by_hand.wanted(What.TABLE)
    shown = discover(db, project.desired, wanted)
    db.execute("alter table public.job_queue add column priority integer")
    with pytest.raises(Refused, match="something changed"):
        by_hand.carry_out(wanted, shown)


def test_new_jobs_after_it_was_shown_are_imported_too(by_hand: Import, db: Connection) -> None:
    wanted = by_hand.wanted(What.TABLE)
    shown = by_hand.discover(wanted)
    db.execute("select public.job_queue_enqueue('game_platform_sync')")
    assert by_hand.carry_out(wanted, shown).jobs == 6


def test_nobody_writes_while_the_rows_are_read_and_written(
    by_hand: Import, project: Project, stack: Stack
) -> None:
    tried: list[str] = []

    def write(doing: str) -> None:
        with connect(stack.url) as other:
            other.execute("set lock_timeout = '20ms'")
            with pytest.raises(Exception, match="lock timeout"):
                other.execute("update public.job_queue set tenant = 'lost' where id = 1")
        tried.append(doing)

    wanted = by_hand.wanted(What.TABLE)
    carry_out(
        by_hand.conn,
        by_hand.desired,
        wanted,
        by_hand.discover(wanted),
        provenance(project.folder),
        lock_wait=timedelta(seconds=5),
        progress=write,
    )
    assert tried[0] == "reading every row"
    assert len(tried) == 4


def test_who_uses_the_table_is_named(by_hand: Import, stack: Stack, project: Project) -> None:
    wanted = by_hand.wanted(What.TABLE)
    shown = by_hand.discover(wanted)
    with connect(stack.url, application_name="a long report") as other, other.transaction():
        other.execute("select from public.job_queue")
        with pytest.raises(Blocked) as caught:
            carry_out(
                by_hand.conn,
                project.desired,
                wanted,
                shown,
                provenance(project.folder),
                lock_wait=timedelta(milliseconds=50),
            )
        assert "a long report" in str(caught.value)
