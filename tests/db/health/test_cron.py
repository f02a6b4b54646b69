"""What is read of pg_cron's runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

import pytest

from supaops.db.connect import Connection, connect
from supaops.db.health.cron import (
    JobRuns,
    Window,
    read_cron,
    read_runs,
    read_startup_failures,
)
from supaops.local import Stack

pytestmark = pytest.mark.stack

JOB = "job_queue_worker"
RUN = """
insert into cron.job_run_details (jobid, runid, status, return_message, start_time)
select (select jobid from cron.job where jobname = %s),
       (select coalesce(max(runid), 0) + 1 from cron.job_run_details), %s, %s, now() - %s::interval
"""
OLD = "update supaops.resource set applied_at = now() - interval '1 day'"
ACTIVE = (
    "select cron.alter_job(jobid, active := true, schedule := '0 0 1 1 *') from cron.job"
    " where jobname = %s"
)
"""Active, and not due while a test looks."""


@pytest.fixture
def history(applied: Connection) -> Connection:
    """Return an applied database whose job was scheduled a day ago, and has no run yet."""
    applied.execute(ACTIVE, [JOB])
    applied.execute(OLD)
    return applied


def run(db: Connection, status: str, ago: str | None, message: str = "", job: str = JOB) -> None:
    db.execute(RUN, [job, status, message, ago])


def read(db: Connection) -> JobRuns:
    [found] = read_runs(db, {JOB: Window(timedelta(hours=1), posts=True)})
    return found


def test_a_job_without_a_run_has_none(history: Connection) -> None:
    found = read(history)
    assert (found.job, found.seen, found.last_at, found.failures) == (JOB, 0, None, 0)
    assert found.posted is None


def test_failures_are_those_after_the_last_success(history: Connection) -> None:
    for status in ("failed", "succeeded", "failed", "failed"):
        run(history, status, "1 minute", "ERROR: no")
    run(history, "failed", "1 minute", "server restarted")
    run(history, "running", "1 second")
    assert read(history).failures == 2


def test_another_job_s_runs_are_not_counted(history: Connection) -> None:
    run(history, "failed", "1 minute", job="job_queue_cleanup_daily")
    assert (read(history).failures, read(history).last_at) == (0, None)


# A server that a test has just started hides whatever is older than it; these are newer.
SETTLED = timedelta(seconds=15)

AUDITED = """
insert into supaops.audit (at, actor, action, target)
values (now() + '{}', 'me', '{}', 'queue:*') returning at
"""


def moment(db: Connection, statement: str) -> datetime:
    row = db.execute(statement.encode(), binary=True).fetchone()
    assert row is not None
    return cast("datetime", row["at"])


def test_runs_are_known_from_the_oldest_on_that_is_left(history: Connection) -> None:
    run(history, "succeeded", "-20 seconds", job="job_queue_cleanup_daily")
    run(history, "succeeded", "-30 seconds")
    oldest = moment(history, "select min(start_time) as at from cron.job_run_details")
    assert (read(history).since, read(history).seen) == (oldest, 1)


def test_a_job_is_watched_from_its_last_change_on(history: Connection) -> None:
    run(history, "succeeded", "1 second")
    changed = moment(
        history,
        f"update supaops.resource set applied_at = now() where address = 'cron_job.{JOB}'"
        " returning applied_at as at",
    )
    assert (read(history).since, read(history).seen) == (changed + SETTLED, 0)


def test_a_job_is_watched_from_the_last_resume_on(history: Connection) -> None:
    resumed = moment(history, AUDITED.format("1 second", "resume"))
    moment(history, AUDITED.format("2 seconds", "pause"))
    assert read(history).since == resumed + SETTLED


def test_a_job_that_is_not_active_is_left_out(history: Connection) -> None:
    history.execute("select cron.alter_job(jobid, active := false) from cron.job")
    assert read_runs(history, {JOB: Window(timedelta(hours=1), posts=True)}) == []


def test_a_run_that_did_not_start_is_counted_at_the_time_of_the_one_before(
    history: Connection,
) -> None:
    run(history, "succeeded", "5 minutes")
    run(history, "failed", None, "connection failed")
    run(history, "failed", None, "job startup timeout")
    found = read_startup_failures(history)
    assert (found.failures, found.message) == (2, "job startup timeout")
    assert read(history).failures == 2


def test_what_did_not_start_more_than_an_hour_ago_is_over(history: Connection) -> None:
    run(history, "failed", "2 hours", "connection lost")
    assert read_startup_failures(history).failures == 0


def test_the_longest_run_is_told_with_its_job(history: Connection, stack: Stack) -> None:
    with connect(stack.url, application_name="pg_cron") as session:
        run(history, "running", "1 second")
        history.execute(
            "update cron.job_run_details set job_pid = %s where status = 'running'",
            [session.info.backend_pid],
        )
        found = read_cron(history, [JOB])
        assert found.longest_run_pid == session.info.backend_pid
    assert (found.runs_at_once, found.longest_run_job) == (1, JOB)


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("copy t to stdout", ["theirs"]),
        ("COPY (select 1)\n  TO STDOUT", ["theirs"]),
        ("copy t from stdin with csv", ["theirs"]),
        ("select 1; copy t to  stdout", ["theirs"]),
        ("copy t to program 'gzip'", []),
        ("select copyright from t", []),
    ],
)
def test_a_copy_to_or_from_the_client_is_found(
    history: Connection, command: str, found: list[str]
) -> None:
    history.execute("select cron.schedule('theirs', '0 0 1 1 *', %s)", [command])
    assert read_cron(history, []).copying_jobs == found


def test_of_a_database_that_works_nothing_is_told(history: Connection) -> None:
    found = read_cron(history, [JOB])
    assert (found.scheduler_alive, found.running_jobs) == (True, [JOB])
    assert found.next_runid > found.newest_runid
    assert found.ownerless_jobs == found.loginless_jobs == found.copying_jobs == []
