"""Of each record of the past is kept as much as the YAML says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import LiteralString

import pytest

from supaops.config.health import History
from supaops.db.connect import Connection, connect
from supaops.local import Stack
from supaops.render.resources import resources
from tests.db.calls import column, value
from tests.db.conftest import CONFIG, EMPTY, PATIENCE, install, rendered
from tests.projects import RESET

MAINTAIN: LiteralString = "select job_queue_maintain()"
RUNS: LiteralString = "select runid from cron.job_run_details order by runid"
STATE: LiteralString = "select own_runid, foreign_runid, unfinished from supaops.maintenance"
KEPT = History(
    dispatches=timedelta(days=2),
    cron_runs=timedelta(days=3),
    foreign_cron_runs=timedelta(days=5),
    audit=timedelta(days=4),
    samples=timedelta(days=1),
)
"""A time of its own for each record."""


@pytest.fixture(scope="module")
def brief(stack: Stack) -> str:
    """Return the URL of a queue that keeps its records for a few days."""
    with connect(stack.url, application_name="pytest") as connection:
        connection.execute(RESET)
        install(connection, resources(CONFIG.model_copy(update={"history": KEPT})))
        jobs = ("job_queue_worker", "theirs")
        for name in jobs:
            connection.execute("select cron.schedule(%s, '0 0 1 1 *', 'select 1')", [name])
            connection.execute(
                "select cron.alter_job(jobid, active := false) from cron.job where jobname = %s",
                [name],
            )
        connection.execute(
            "insert into supaops.revision (environment, applied_by, tool_version, summary, plan)"
            " values ('test', 'pytest', '0', '', '{}')"
        )
        connection.execute(
            "insert into supaops.resource (address, kind, sha256, live_sha256, definition,"
            " live_definition, revision_id)"
            " select 'cron_job.job_queue_worker', 'cron_job', '', '', '', '', max(id)"
            " from supaops.revision"
        )
    return stack.url


@pytest.fixture
def db(brief: str, stack: Stack) -> Iterator[Connection]:
    """Return a connection to that queue, empty and without any run; its numbers begin at 1."""
    with connect(brief, application_name="pytest") as connection:
        connection.execute(PATIENCE)
        connection.execute(EMPTY)
        connection.execute("delete from cron.job_run_details")
        issue(stack, 100_000)
        yield connection
        connection.execute("delete from cron.job_run_details")


def issue(stack: Stack, runid: int) -> None:
    """Have pg_cron's sequence stand at a number."""
    with connect(stack.admin_url) as admin:
        admin.execute("select setval('cron.runid_seq', %s)", [runid])


def runs(
    db: Connection,
    *ages: str | None,
    jobname: str = "job_queue_worker",
    first: int = 1,
    status: str = "succeeded",
) -> None:
    """Record runs of a job with growing numbers, of these ages; None never began."""
    for runid, age in enumerate(ages, first):
        db.execute(
            "insert into cron.job_run_details"
            " (jobid, runid, job_pid, database, username, command, status, start_time, end_time)"
            " select max(j.jobid), %(runid)s, 1, 'postgres', current_user, 'select 1', %(status)s,"
            " now() - %(age)s::interval, now() - %(age)s::interval"
            " from cron.job j where j.jobname = %(jobname)s",
            {"runid": runid, "age": age, "jobname": jobname, "status": status},
        )


def kept_runs(db: Connection) -> list[int]:
    """Maintain, and return the runs that are still there."""
    db.execute(MAINTAIN)
    return column(db, RUNS)


# --- trimming --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "columns", "moment", "days"),
    [
        ("dispatch", "backend_pid", "created_at", 2),
        ("audit", "actor, action, target", "at", 4),
        ("sample", "queue, pending, running, succeeded, failed, cancelled", "at", 1),
    ],
)
def test_each_record_is_kept_for_the_time_that_is_declared(
    db: Connection, table: str, columns: str, moment: str, days: int
) -> None:
    values = ", ".join("1" for _ in columns.split(","))
    insert = f"insert into supaops.{table} ({columns}, {moment}) values ({values}, now() - %s)"
    for age in (timedelta(days=days, hours=1), timedelta(days=days, hours=-1)):
        db.execute(insert.encode(), [age])
    assert value(db, MAINTAIN) == 1
    left = f"select {moment} > now() - %s as young from supaops.{table} order by {moment} limit 1"
    assert db.execute(left.encode(), [timedelta(days=days)]).fetchone() == {"young": True}


def test_more_than_one_chunk_goes_in_one_call(db: Connection) -> None:
    db.execute(
        "insert into supaops.dispatch (backend_pid, created_at)"
        " select 1, now() - interval '3 days' from generate_series(1, 25000)"
    )
    assert value(db, MAINTAIN) == 25_000


def test_without_time_nothing_goes_and_the_next_call_goes_on(db: Connection) -> None:
    db.execute("insert into supaops.dispatch (backend_pid, created_at) values (1, '2001-01-01')")
    assert value(db, "select supaops.trim_history('0 s')") == 0
    assert value(db, "select unfinished from supaops.maintenance")
    assert value(db, MAINTAIN) == 1
    assert not value(db, "select unfinished from supaops.maintenance")
    assert value(db, "select maintained_at > now() - interval '1 minute' from supaops.maintenance")


def test_a_locked_record_is_not_waited_for(
    db: Connection, another: Callable[[], Connection]
) -> None:
    db.execute("insert into supaops.dispatch (backend_pid, created_at) values (1, '2001-01-01')")
    other = another()
    with other.transaction():
        other.execute("select from supaops.dispatch for update")
        db.execute("set lock_timeout = '1s'")
        assert value(db, MAINTAIN) == 0
    assert value(db, MAINTAIN) == 1


def test_of_two_at_once_the_second_deletes_nothing(
    db: Connection, another: Callable[[], Connection]
) -> None:
    db.execute("insert into supaops.dispatch (backend_pid, created_at) values (1, '2001-01-01')")
    other = another()
    with other.transaction():
        assert value(other, MAINTAIN) == 1
        db.execute("set lock_timeout = '1s'")
        assert value(db, MAINTAIN) == 0


def test_the_daily_cleanup_trims_too(db: Connection) -> None:
    db.execute("insert into supaops.dispatch (backend_pid, created_at) values (1, '2001-01-01')")
    runs(db, "4 days")
    db.execute("select job_queue_cleanup()")
    assert column(db, "select id from supaops.dispatch") == []
    assert column(db, RUNS) == []


# --- runs of pg_cron -------------------------------------------------------------------------


def test_runs_of_declared_jobs_and_of_others_have_each_a_time_of_their_own(db: Connection) -> None:
    runs(db, "6 days", "4 days", "1 hour", jobname="theirs")
    runs(db, "6 days", "4 days", "1 hour", first=4)
    # By number one after the other, as pg_cron gives them.
    db.execute(
        "update cron.job_run_details set runid = runid + 100"
        " where start_time > now() - interval '1 day'"
    )
    assert kept_runs(db) == [2, 103, 106]
    assert db.execute(STATE).fetchone() == {
        "own_runid": 5,
        "foreign_runid": 1,
        "unfinished": False,
    }


def test_runs_of_others_stay_for_ever_unless_a_time_is_declared(db: Connection) -> None:
    with db.transaction(force_rollback=True):
        install(db, tuple(each for each in rendered() if each.name == "supaops.trim_runs"))
        runs(db, "9 years", jobname="theirs")
        runs(db, "9 years", first=2)
        assert kept_runs(db) == [1]


def test_a_run_that_goes_on_stays_and_one_that_never_began_goes_with_its_time(
    db: Connection,
) -> None:
    runs(db, "4 days", status="running")
    runs(db, None, "4 days", None, "1 hour", first=2, status="failed")
    assert kept_runs(db) == [1, 4, 5]


def test_the_next_call_begins_where_the_last_one_came_to_young_runs(db: Connection) -> None:
    runs(db, *["4 days"] * 3, "1 hour")
    assert kept_runs(db) == [4]
    runs(db, "4 days", first=1)  # behind it
    assert kept_runs(db) == [1, 4]


def test_numbers_that_were_set_back_are_trimmed_from_the_first(
    db: Connection, stack: Stack
) -> None:
    runs(db, "4 days", first=70_000)
    assert kept_runs(db) == []
    issue(stack, 500)
    runs(db, "4 days", "1 hour")
    assert kept_runs(db) == [2]


def test_many_steps_are_walked_in_one_call_and_no_table_is_read_from_end_to_end(
    db: Connection,
) -> None:
    db.execute(
        "insert into cron.job_run_details"
        " (jobid, runid, job_pid, database, username, command, status, start_time, end_time)"
        " select j.jobid, n, 1, 'postgres', current_user, 'select 1', 'succeeded', t, t"
        " from cron.job j, generate_series(1, 30000) n,"
        " lateral (select now() - (30000 - n) * interval '20 s') x (t)"
        " where j.jobname = 'job_queue_worker'"
    )
    db.execute("analyze cron.job_run_details")
    scanned = (
        "select coalesce(sum(seq_tup_read), 0) from pg_stat_user_tables"
        " where relname in ('job_run_details', 'dispatch', 'sample', 'audit', 'tally')"
    )
    db.execute("select pg_stat_force_next_flush()")
    before = value(db, scanned)
    gone = value(db, MAINTAIN)
    assert gone == pytest.approx(30_000 - 3 * 24 * 180, abs=2)
    db.execute("select pg_stat_force_next_flush()")
    assert value(db, scanned) - before < 1_000


def test_a_history_that_may_not_be_touched_stops_nothing_else(db: Connection) -> None:
    db.execute("insert into supaops.dispatch (backend_pid, created_at) values (1, '2001-01-01')")
    warnings: list[str] = []
    with db.transaction(force_rollback=True):
        db.execute(
            "create or replace function supaops.cron_runs_step(after_runid bigint,"
            " before timestamptz, out last_runid bigint, out old_runid bigint, out young boolean)"
            " language plpgsql as $$ begin raise exception 'denied'; end $$"
        )
        db.add_notice_handler(lambda notice: warnings.append(notice.message_primary or ""))
        assert value(db, MAINTAIN) == 1
        assert warnings == ["the history of pg_cron was not trimmed: denied"]
        assert value(db, "select unfinished from supaops.maintenance")
