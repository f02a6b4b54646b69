"""What the checks of the queue read, from real tables."""

from __future__ import annotations

from typing import Any

import pytest

from supaops.config.model import Queue
from supaops.db.connect import Connection
from supaops.db.health.answers import Answers, read_answers
from supaops.db.health.dead import read_dead
from supaops.db.health.queue import read_counts, read_held, read_trends
from supaops.db.health.recent import RecentJobs, read_recent
from supaops.db.health.tables import read_holders, read_overdue, read_tables
from supaops.errors import DatabaseError
from tests.db.conftest import CONFIG

pytestmark = pytest.mark.stack

MANY = 30_000
KEPT: dict[str, float | None] = dict.fromkeys(
    ("succeeded_s", "cancelled_s", "failed_s", "dispatches_s", "audit_s", "samples_s"), 60.0
)
FILL = f"""
insert into job_queue (task_type, status, queue, max_attempts, attempts, started_at, completed_at,
                       lane, version)
select 'plain', case when n % 10 = 0 then 'failed' else 'succeeded' end, 'default', 3, 1,
       now() - interval '1 min', now(), supaops.lane_for('default', 0::smallint, 'plain'), 1
  from generate_series(1, {MANY}) n;
insert into supaops.attempt (job_id, attempt, finished_at, outcome, error)
select id, 1, now() - id * interval '1 s', 'failed', 'ValueError: x' from job_queue;
insert into supaops.dispatch (request_id, backend_pid, created_at, status_code, responded_at)
select n, 1, now() - n * interval '1 s', 200, now() from generate_series(1, {MANY}) n;
insert into supaops.audit (actor, action, target, at)
select 'x', 'retry', 'job:1', now() - n * interval '1 s' from generate_series(1, {MANY}) n;
insert into cron.job_run_details (jobid, runid, database, username, command, status, end_time)
select 1, n, 'postgres', 'postgres', '', 'succeeded', now() from generate_series(1, {MANY}) n;
analyze job_queue; analyze supaops.attempt; analyze supaops.dispatch; analyze supaops.audit;
analyze cron.job_run_details;
"""
SCANS = """
select relname, seq_scan from pg_stat_xact_all_tables
 where relname in ('job_queue', 'attempt', 'dispatch', 'audit', 'job_run_details') order by 1
"""


def read_everything(db: Connection, queue: Queue) -> None:
    read_recent(db, 60, queue)
    read_counts(db, queue)
    read_held(db, queue, 60)
    read_trends(db)
    read_dead(db, queue, 4 * 3600)
    read_tables(db, queue)
    read_holders(db)
    read_overdue(db, queue, {**KEPT, "cron_runs_s": 60.0}, ["job_queue_worker"])
    read_answers(db, 20)


def test_no_large_table_is_read_from_end_to_end(queue: Connection) -> None:
    with queue.transaction(force_rollback=True):
        queue.execute(FILL.encode())
        before = queue.execute(SCANS).fetchall()  # those of the filling
        read_everything(queue, CONFIG.queue)
        assert queue.execute(SCANS).fetchall() == before


def put(db: Connection, status: str, **columns: Any) -> None:
    """Put a job there as the functions would have left it; times are expressions of SQL."""
    known: dict[str, Any] = {"attempts": 1, "run_at": "now()", "started_at": "null"}
    names = ", ".join(known | columns)
    values = ", ".join(str(each) for each in (known | columns).values())
    db.execute(
        f"insert into job_queue (task_type, status, queue, max_attempts, lane, version, {names})"
        f" values ('plain', '{status}', 'default', 3,"
        f" supaops.lane_for('default', 0::smallint, 'plain'), 1, {values})".encode()
    )


AGO = "now() - interval '{} s'".format


def test_a_job_was_due_once_it_began_or_is_late_and_in_time_when_it_began_soon(
    queue: Connection,
) -> None:
    assert read_recent(queue, 60, CONFIG.queue) == []
    put(queue, "succeeded", run_at=AGO(600), started_at=AGO(550))
    put(queue, "failed", run_at=AGO(600), started_at=AGO(500), attempts=3)
    queue.execute("select job_queue_enqueue('plain')")
    queue.execute("select job_queue_claim(1, 'w')")
    put(queue, "pending", run_at=AGO(600), attempts=0)  # late
    put(queue, "pending", run_at=AGO(30), attempts=0)  # not late yet
    put(queue, "pending", run_at="now() + interval '1 h'", attempts=0)  # not due
    put(queue, "pending", run_at="now() + interval '1 h'", started_at=AGO(9))  # tried again later
    put(queue, "cancelled", run_at=AGO(600), attempts=0)  # before it began
    [found] = read_recent(queue, 60, CONFIG.queue)
    assert found == RecentJobs(
        queue="default",
        due=4,
        in_time=2,
        finished=2,
        succeeded=1,
        failed=1,
        attempts=5,
        failed_attempts=4,
    )


def test_attempts_of_long_ago_are_not_of_late(queue: Connection) -> None:
    put(queue, "failed", run_at=AGO(7200), started_at=AGO(7200), attempts=3)
    [found] = read_recent(queue, 60, CONFIG.queue)
    assert (found.failed, found.attempts) == (1, 0)


def test_of_an_error_only_its_class_is_read(queue: Connection) -> None:
    errors = ["ValueError: pa55word", "pa55word: no", "lease 7 expired", "urllib3.ReadTimeoutError"]
    for error in errors:
        put(queue, "failed", completed_at="now()", last_error=f"'{error}'")
    found = read_dead(queue, CONFIG.queue, 3600)
    assert {group.error for group in found.groups} == {
        "ValueError",
        "urllib3.ReadTimeoutError",
        None,
    }
    assert found.young == 4
    assert "pa55word" not in str(found)


def test_before_there_were_samples_the_trend_is_unknown_and_the_version_is_to_blame(
    queue: Connection,
) -> None:
    with queue.transaction(force_rollback=True):
        queue.execute("drop table supaops.sample cascade")
        with pytest.raises(DatabaseError, match="applied by an older supaops"):
            read_trends(queue)


def post(db: Connection, seconds: int, status: int | None, *, harvested: bool = True) -> None:
    """Put a post into the ledger; its answer there or still with pg_net."""
    made = db.execute(
        "insert into supaops.dispatch (request_id, backend_pid, created_at, status_code,"
        " responded_at) values ((select coalesce(max(request_id), 9000) + 1 from supaops.dispatch),"
        " 1, now() - %(s)s * interval '1 s', %(code)s, case when %(there)s then now() end)"
        " returning request_id",
        {
            "s": seconds,
            "code": status if harvested else None,
            "there": harvested and status is not None,
        },
    ).fetchall()
    if not harvested:
        db.execute(
            "insert into net._http_response (id, status_code, created) values (%s, %s, now())",
            [made[0]["request_id"], status],
        )


def summary(found: Answers) -> tuple[int, int | None, int, int | None]:
    """Return posts, age of the success, failures, since when; in tens of seconds."""
    ages = found.success_age_s, found.failing_s
    tens = [None if age is None else int(age / 10) for age in ages]
    return found.posts, tens[0], found.failures, tens[1]


def test_posts_fail_from_the_first_after_the_last_success_and_patience_is_given(
    queue: Connection,
) -> None:
    assert summary(read_answers(queue, 20)) == (0, None, 0, None)
    post(queue, 300, 500)
    assert summary(read_answers(queue, 20)) == (1, None, 1, 30)
    post(queue, 200, 200)
    assert summary(read_answers(queue, 20)) == (2, 20, 0, None)
    post(queue, 100, None)  # never answered
    post(queue, 50, 401, harvested=False)
    post(queue, 10, None)  # under way
    assert summary(read_answers(queue, 20)) == (5, 20, 2, 10)
    assert summary(read_answers(queue, 900)) == (5, 20, 1, 5)  # only the one that was answered
    post(queue, 5, 200, harvested=False)
    assert summary(read_answers(queue, 20)) == (6, 0, 0, None)
