"""Who may call what, and that every object is closed, commented and sound."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.db.calls import column, value

PUBLIC_FUNCTIONS = {
    "job_queue_attempts",
    "job_queue_backlog",
    "job_queue_cancel",
    "job_queue_claim",
    "job_queue_cleanup",
    "job_queue_confirm",
    "job_queue_enqueue",
    "job_queue_enqueue_many",
    "job_queue_exchange",
    "job_queue_forget_worker",
    "job_queue_give_back",
    "job_queue_heartbeat",
    "job_queue_known_secrets",
    "job_queue_limits",
    "job_queue_maintain",
    "job_queue_mark_failed",
    "job_queue_mark_failed_many",
    "job_queue_mark_succeeded",
    "job_queue_mark_succeeded_many",
    "job_queue_pause",
    "job_queue_register_worker",
    "job_queue_replay",
    "job_queue_resume",
    "job_queue_retry",
    "job_queue_stats",
    "job_queue_trigger_worker",
}

# Every function that is ours, in either schema.
OURS = """
  select p.oid, p.proname, p.proconfig, p.proowner::regrole::text as owner, n.nspname
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname = 'supaops' or (n.nspname = 'public' and p.proname ~ '^job_queue')
"""


def test_the_public_functions_are_those_of_the_contract(queue: Connection) -> None:
    found = column(queue, f"select proname from ({OURS}) f where nspname = 'public'")
    assert set(found) == PUBLIC_FUNCTIONS
    assert len(found) == len(PUBLIC_FUNCTIONS), "no overloads"


def test_every_function_pins_its_search_path_and_belongs_to_postgres(queue: Connection) -> None:
    loose = column(
        queue,
        f"select proname from ({OURS}) f where owner <> 'postgres' or not coalesce("
        "'search_path=pg_catalog, pg_temp' = any (proconfig), false)",
    )
    assert loose == []


def test_every_object_is_commented(queue: Connection) -> None:
    bare = column(
        queue,
        f"select proname::text from ({OURS}) f where obj_description(oid, 'pg_proc') is null"
        " union all select c.oid::regclass::text from pg_class c"
        " where (c.relnamespace = 'supaops'::regnamespace or c.relname ~ '^job_queue')"
        " and c.relkind in ('r', 'v') and obj_description(c.oid, 'pg_class') is null"
        " union all select tgname::text from pg_trigger"
        " where tgrelid = 'job_queue'::regclass and not tgisinternal"
        " and obj_description(oid, 'pg_trigger') is null"
        " union all select a.attname::text from pg_attribute a"
        " where a.attrelid = 'job_queue'::regclass and a.attnum > 0"
        " and col_description(a.attrelid, a.attnum) is null",
    )
    assert bare == []


def test_row_security_is_on_for_every_table(queue: Connection) -> None:
    open_tables = column(
        queue,
        "select oid::regclass::text from pg_class where relkind = 'r' and not relrowsecurity"
        " and (relnamespace = 'supaops'::regnamespace or relname = 'job_queue')",
    )
    assert open_tables == []


@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_the_roles_of_the_data_api_may_do_nothing(queue: Connection, role: str) -> None:
    allowed = column(
        queue,
        f"select proname from ({OURS}) f where has_function_privilege(%s, oid, 'execute')",
        role,
    )
    assert allowed == []
    for table in ("job_queue", "job_queue_cron_history", "job_queue_dispatch_history"):
        assert not value(queue, "select has_table_privilege(%s, %s, 'select')", role, table)
    assert not value(queue, "select has_schema_privilege(%s, 'supaops', 'usage')", role)


def test_the_service_role_runs_a_job_from_end_to_end_without_seeing_supaops(
    queue: Connection,
) -> None:
    with queue.transaction():
        queue.execute("set local role service_role")
        job_id = value(queue, "select job_queue_enqueue('plain', dedup_key => 'k')")
        queue.execute("insert into job_queue (task_type) values ('plain')")
        queue.execute("update job_queue set status = 'running' where id <> %s", [job_id])
        rows = queue.execute("select * from job_queue_claim(5)").fetchall()
        assert [row["id"] for row in rows] == [job_id]
        assert value(queue, "select job_queue_heartbeat(%s)", rows[0]["lease_id"]) == []
        assert value(queue, "select job_queue_mark_succeeded(%s)", job_id)
        queue.execute("select job_queue_retry(array[%s::bigint])", [job_id])
        queue.execute("select job_queue_pause('*', 'why'), job_queue_resume('*')")
        queue.execute("select job_queue_exchange(null, null, 1), job_queue_stats()")
        queue.execute("select job_queue_cleanup('1 day'), job_queue_maintain()")
    assert not value(queue, "select has_schema_privilege('service_role', 'supaops', 'usage')")


@pytest.mark.usefixtures("queue")
def test_plpgsql_check_finds_nothing(stack: Stack) -> None:
    with connect(stack.admin_url) as admin:
        if not value(admin, "select 1 from pg_available_extensions where name = 'plpgsql_check'"):
            pytest.skip("no plpgsql_check: apt-get install postgresql-17-plpgsql-check")
        admin.execute("create extension if not exists plpgsql_check schema extensions")
        found = admin.execute(
            "select f.proname, c.lineno, c.level, c.message, c.detail"
            f" from ({OURS}) f join pg_proc p on p.oid = f.oid"
            " join pg_language l on l.oid = p.prolang and l.lanname = 'plpgsql',"
            " lateral extensions.plpgsql_check_function_tb(f.oid,"
            "   relid => case when p.prorettype = 'trigger'::regtype"
            "     then case f.proname when 'shorten_lease' then 'supaops.lease'::regclass"
            "       when 'keep_arrival' then 'supaops.limit'::regclass"
            "       else 'public.job_queue'::regclass end else 0 end,"
            "   oldtable => case f.proname when 'forget_jobs' then 'removed' end,"
            "   extra_warnings => true, performance_warnings => false) c"
        ).fetchall()
    # "limit" is the contract's word, whatever SQL reserves.
    assert [row for row in found if '"limit" is reserved' not in row["message"]] == []


@pytest.mark.usefixtures("queue")
def test_no_type_of_the_callers_takes_the_place_of_a_built_in_one(
    another: Callable[[], Connection],
) -> None:
    """With an empty search_path a temporary type comes first, and its check runs as the owner."""
    caller = another()
    caller.execute("create temp table seen (who name)")
    caller.execute("grant all on seen to service_role")
    caller.execute("set role service_role")
    caller.execute(
        "create function pg_temp.spy(anyelement) returns boolean language plpgsql as $$ begin"
        " insert into pg_temp.seen values (current_user); return true; end $$"
    )
    for name in ("text", "jsonb", "timestamptz", "int8"):
        caller.execute(
            f"create domain pg_temp.{name} as pg_catalog.{name} check (pg_temp.spy(value))".encode()
        )
    caller.execute("select public.job_queue_enqueue('plain', dedup_key => 'k')")
    caller.execute(
        """select public.job_queue_enqueue_many('[{"task_type": "plain"}]'::pg_catalog.jsonb)"""
    )
    caller.execute("select public.job_queue_pause('*', 'why'), public.job_queue_resume('*')")
    caller.execute("select public.job_queue_exchange(null, null, 5), public.job_queue_stats()")
    caller.execute("update public.job_queue set status = 'cancelled'")
    caller.execute("select public.job_queue_cleanup('0'), public.job_queue_maintain()")
    assert column(caller, "select distinct who from pg_temp.seen where who <> current_user") == []
