from __future__ import annotations

from tests.conftest import RESET

from supaops.db.connect import Connection


def test_everything_runs_as_a_role_that_is_no_superuser(db: Connection) -> None:
    row = db.execute(
        "select rolname, rolsuper, rolbypassrls, rolcreaterole, rolreplication"
        " from pg_roles where rolname = current_user"
    ).fetchone()
    assert row == {
        "rolname": "postgres",
        "rolsuper": False,
        "rolbypassrls": True,
        "rolcreaterole": True,
        "rolreplication": True,
    }


def test_reset_leaves_nothing_of_an_earlier_test(db: Connection) -> None:
    db.execute("create schema supaops; create table public.job_queue (id bigint)")
    db.execute("create function public.job_queue_x() returns int language sql as 'select 1'")
    db.execute("create type public.colour as enum ('red')")
    db.execute(RESET)
    assert db.execute("select to_regclass('public.job_queue') as x").fetchone() == {"x": None}
