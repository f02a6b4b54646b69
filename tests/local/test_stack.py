from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from supaops.apply import remind_scheduler
from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.projects import RESET
from tests.waiting import until

pytestmark = pytest.mark.stack


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


@pytest.mark.parametrize(
    ("role", "member"),
    [
        *((api, login) for api in ("anon", "authenticated", "service_role")
          for login in ("postgres", "authenticator")),
        ("pg_monitor", "postgres"),
        ("pg_read_all_data", "postgres"),
        ("pg_signal_backend", "postgres"),
    ],
)  # fmt: skip
def test_role_is_granted_to_member(db: Connection, role: str, member: str) -> None:
    row = db.execute("select pg_has_role(%s, %s, 'member') as x", (member, role)).fetchone()
    assert row == {"x": True}


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_a_new_table_and_function_in_public_are_open_to_the_api_roles(
    db: Connection, role: str
) -> None:
    db.execute("create table public.job_queue_probe (id bigint generated always as identity)")
    db.execute("create function public.job_queue_probe() returns int language sql as 'select 1'")
    row = db.execute(
        "select has_table_privilege(%(role)s, 'public.job_queue_probe', 'insert') as insert,"
        " has_function_privilege(%(role)s, 'public.job_queue_probe()', 'execute') as execute,"
        " has_sequence_privilege(%(role)s, 'public.job_queue_probe_id_seq', 'usage') as usage",
        {"role": role},
    ).fetchone()
    assert row == {"insert": True, "execute": True, "usage": True}


def test_postgres_reads_cron_jobs_and_cannot_write_them(db: Connection) -> None:
    row = db.execute(
        "select has_table_privilege('cron.job', 'select') as read,"
        " has_table_privilege('cron.job', 'insert,update,delete') as write,"
        " has_table_privilege('cron.job_run_details', 'delete') as clean"
    ).fetchone()
    assert row == {"read": True, "write": False, "clean": True}


def test_a_cron_job_of_postgres_runs(db: Connection) -> None:
    db.execute("select cron.schedule('job_queue_probe', '1 seconds', 'select 41 + 1')")
    remind_scheduler(db)  # of what `db` reset just before
    runs = "select status, return_message from cron.job_run_details where status <> 'starting'"
    done = until(lambda: [row for row in db.execute(runs) if row["status"] == "succeeded"])
    assert done[0]["return_message"] == "1 row"


def test_a_stack_does_not_show_its_secrets(stack: Stack) -> None:
    secrets = {urlsplit(stack.url).password, stack.environment["JOB_QUEUE_RUNNER_SECRET"]}
    assert not [secret for secret in secrets if secret and secret in repr(stack)]


def test_reset_leaves_nothing_of_an_earlier_test(db: Connection, stack: Stack) -> None:
    db.execute(
        "create schema supaops; create table supaops.thing (id bigint);"
        "create table public.job_queue (id bigint);"
        "create view public.job_queue_view as select id from public.job_queue;"
        "create function public.job_queue_x() returns int language sql as 'select 1';"
        "create type public.colour as enum ('red');"
        "select cron.schedule('job_queue_probe', '1 seconds', 'select 1');"
        "select vault.create_secret('value', 'job_queue_probe')"
    )
    forgotten = connect(stack.url)
    forgotten.execute("begin; lock table public.job_queue")
    db.execute(RESET)
    forgotten.close()
    left = db.execute(
        "select to_regnamespace('supaops') as schema, to_regclass('public.job_queue') as table,"
        " to_regprocedure('public.job_queue_x()') as function, to_regtype('public.colour') as type,"
        " (select count(*) from cron.job) as jobs, (select count(*) from vault.secrets) as secrets"
    ).fetchone()
    assert left == {
        "schema": None, "table": None, "function": None, "type": None, "jobs": 0, "secrets": 0,
    }  # fmt: skip
