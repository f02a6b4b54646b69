"""The runs of pg_cron that a worker is told of, read from a real history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from supaops.db.connect import Connection, connect
from supaops.db.outcomes import Outcomes, RunsAsked
from supaops.db.pool import Pool
from supaops.local import Stack
from tests.projects import Project

pytestmark = [pytest.mark.anyio, pytest.mark.stack]

JOB = "job_queue_cleanup_daily"
OTHER = "job_queue_worker"
RUN = """
    insert into cron.job_run_details (jobid, runid, username, status, start_time, end_time)
    select jobid, %s, 'postgres', 'succeeded', now() - %s, now() - %s
      from cron.job where jobname = %s
"""
JUST_NOW = timedelta()


@pytest.fixture
def admin(project: Project, stack: Stack) -> Iterator[Connection]:
    """Return a superuser's connection to an applied queue whose cron jobs never ran."""
    assert project.url
    with connect(stack.admin_url, application_name="pytest") as conn:
        conn.execute("delete from cron.job_run_details")
        yield conn
        conn.execute("delete from cron.job_run_details")


def ran(admin: Connection, *runids: int, job: str = JOB, ago: timedelta = JUST_NOW) -> None:
    for runid in runids:
        admin.execute(RUN, [runid, ago, ago, job])


async def found(project: Project, after: int = 0, also: tuple[int, ...] = ()) -> list[int]:
    pool = Pool(project.url, size=1, application_name="pytest", patience=timedelta(seconds=5))
    asked = RunsAsked((JOB,), after, also, timedelta(minutes=5))
    async with pool:
        runs = await Outcomes(pool, schema="public", name="job_queue").runs(asked)
    assert {run.job for run in runs} <= {JOB}
    return [run.runid for run in runs]


async def test_later_runs_of_the_jobs_asked_for_are_found_in_order(
    project: Project, admin: Connection
) -> None:
    ran(admin, 7, 9, 8)
    ran(admin, 10, job=OTHER)
    assert await found(project) == [7, 8, 9]
    assert await found(project, after=7) == [8, 9]


async def test_a_single_run_is_found_again(project: Project, admin: Connection) -> None:
    ran(admin, 7, 8, 9)
    assert await found(project, after=8, also=(7,)) == [7, 9]
    assert await found(project, after=6, also=(7, 8)) == [7, 8, 9]


async def test_what_ended_long_ago_is_no_news(project: Project, admin: Connection) -> None:
    ran(admin, 7, ago=timedelta(minutes=6))
    ran(admin, 8)
    assert await found(project) == [8]


async def test_runs_whose_numbers_begin_anew_are_found(project: Project, admin: Connection) -> None:
    ran(admin, 1, 2)
    assert await found(project, after=5_000) == [1, 2]


async def test_no_more_than_the_newest_thousand_are_looked_at(
    project: Project, admin: Connection
) -> None:
    admin.execute(
        "insert into cron.job_run_details (jobid, runid, username, status)"
        " select jobid, n, 'postgres', 'running' from cron.job, generate_series(1, 1100) n"
        " where jobname = %s",
        [JOB],
    )
    assert await found(project) == list(range(101, 1101))


def lose(db: Connection, *, max_attempts: int) -> int:
    """Have the first attempt at a new job be lost; return the job's id."""
    enqueue = "select public.job_queue_enqueue('work', max_attempts := %s) as id"
    [made] = db.execute(enqueue, [max_attempts]).fetchall()
    db.execute("select public.job_queue_claim(1, 'gone:1', lease := interval '1 ms')")
    db.execute("select pg_sleep(0.01), supaops.rescue_expired_leases()")
    return int(made["id"])


async def lost(project: Project) -> list[int]:
    pool = Pool(project.url, size=1, application_name="pytest", patience=timedelta(seconds=5))
    async with pool:
        jobs = await Outcomes(pool, schema="public", name="job_queue").lost(timedelta(minutes=5))
    assert {job.worker for job in jobs} <= {"gone:1"}
    return [job.id for job in jobs]


async def test_a_job_whose_last_attempt_was_lost_is_found(
    project: Project, queue_db: Connection
) -> None:
    job_id = lose(queue_db, max_attempts=1)
    assert await lost(project) == [job_id]


async def test_a_job_that_was_lost_before_it_failed_is_not(
    project: Project, queue_db: Connection
) -> None:
    lose(queue_db, max_attempts=2)
    queue_db.execute("update public.job_queue set run_at = now()")
    failed = "select public.job_queue_mark_failed(id, 'ValueError: no', lease_id) as status"
    [ended] = queue_db.execute(f"{failed} from public.job_queue_claim(1)".encode()).fetchall()
    assert ended["status"] == "failed"
    assert await lost(project) == []
