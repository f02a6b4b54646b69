"""How many jobs have ended, ever: a counter that nothing lowers and nothing counts twice."""

from __future__ import annotations

from typing import LiteralString

import pytest

from supaops.db.connect import Connection
from tests.db.calls import Row, claim, column, enqueue, value
from tests.db.conftest import rendered

TOTALS: LiteralString = "select * from supaops.total order by queue, task_type"
FINISH: LiteralString = "select job_queue_mark_succeeded_many(%s, %s)"
TEND: LiteralString = "select supaops.tend_lanes('0 s', 0)"


def total(
    queue: str = "default", task_type: str = "plain", *, succeeded: int = 0, failed: int = 0
) -> Row:
    """Return a row of the totals without cancelled jobs."""
    return {
        "queue": queue,
        "task_type": task_type,
        "succeeded": succeeded,
        "failed": failed,
        "cancelled": 0,
    }


def succeed(db: Connection, jobs: int = 1, *, priority: int = 0) -> None:
    """Enqueue jobs, claim them and complete them."""
    for _ in range(jobs):
        enqueue(db, priority=priority)
    rows = claim(db, jobs)
    db.execute(FINISH, [[row["id"] for row in rows], [row["lease_id"] for row in rows]])


def ended(db: Connection) -> list[Row]:
    """Return the totals of which something has ended."""
    return [row for row in db.execute(TOTALS).fetchall() if row["succeeded"] or row["failed"]]


def test_they_are_kept_by_queue_and_task_type_whatever_the_lane(queue: Connection) -> None:
    succeed(queue, 2)
    succeed(queue, 1, priority=3)
    enqueue(queue, "report", max_attempts=1)
    [row] = claim(queue)
    queue.execute("select job_queue_mark_failed(%s, 'boom', %s)", [row["id"], row["lease_id"]])
    report = total(row["queue"], "report", failed=1)
    assert ended(queue) == [total(succeeded=3), report]


@pytest.mark.parametrize(
    "removal",
    ["delete from job_queue", "select job_queue_cleanup('0')", "truncate job_queue"],
)
def test_jobs_that_go_do_not_lower_them(queue: Connection, removal: LiteralString) -> None:
    succeed(queue, 3)
    queue.execute(removal)
    assert value(queue, "select count(*) from job_queue") == 0
    assert ended(queue) == [total(succeeded=3)]


def test_sums_and_recounts_leave_them_as_they_are(queue: Connection) -> None:
    succeed(queue, 3)
    for statement in ("fold_step('(0,0)')", "fold_step('(0,0)')", "recount()", "recount()"):
        queue.execute(f"select supaops.{statement}".encode())
        assert ended(queue) == [total(succeeded=3)]
    succeed(queue, 1)
    queue.execute("select supaops.recount()")
    assert ended(queue) == [total(succeeded=4)]


def test_a_tick_sums_them_up_from_many_changes(queue: Connection) -> None:
    succeed(queue, 1)
    queue.execute(
        "insert into supaops.tally (lane, running, succeeded)"
        " select l.id, -1, 1 from supaops.lane l, generate_series(1, 3000) where l.priority = 0"
        " and l.task_type = 'plain' and l.queue = 'default'"
    )
    before = ended(queue)
    assert before[0]["succeeded"] > 3000
    queue.execute("select supaops.upkeep()")
    assert value(queue, "select count(*) from supaops.tally where counted is null") == 0
    assert ended(queue) == before


def test_a_lane_that_goes_takes_none_along(queue: Connection) -> None:
    succeed(queue, 1, priority=9)
    queue.execute("select job_queue_cleanup('0')")
    for _ in range(6):
        queue.execute(TEND)
    assert column(queue, "select id from supaops.lane where priority = 9") == []
    assert column(queue, "select id from supaops.closed_lane where priority = 9") == []
    assert ended(queue) == [total(succeeded=1)]


def test_a_job_that_is_retried_and_ends_again_counts_again(queue: Connection) -> None:
    succeed(queue)
    queue.execute("select job_queue_retry(array(select id from job_queue))")
    [row] = claim(queue)
    queue.execute(FINISH, [[row["id"]], [row["lease_id"]]])
    assert ended(queue) == [total(succeeded=2)]


def test_what_was_put_in_as_ended_or_is_moved_after_its_end_does_not_count(
    queue: Connection,
) -> None:
    queue.execute("insert into job_queue (task_type, status) values ('plain', 'succeeded')")
    assert ended(queue) == []
    succeed(queue)
    queue.execute("update job_queue set queue = 'reports', priority = 4")
    assert ended(queue) == [total(succeeded=1)]


UNDO = b"""
drop view supaops.total;
drop table supaops.finished, supaops.sample, supaops.maintenance cascade;
drop index supaops.attempt_finished_idx;
alter table supaops.tally drop column counted;
alter table supaops.dispatch drop column claimed cascade, drop column cron_runid cascade;
"""


def test_changes_from_before_the_totals_were_kept_are_not_theirs(queue: Connection) -> None:
    """What the schema step finds may be a sum, of which nobody knows what it began with."""
    succeed(queue, 2)
    step = next(each for each in rendered() if each.name == "014_health")
    with queue.transaction(force_rollback=True):
        queue.execute(UNDO)
        queue.execute(step.definition.encode())
        assert column(queue, "select distinct counted from supaops.tally") == [True]
        succeed(queue, 1)
        kept = "select sum(succeeded) from supaops.tally where counted is null"
        assert value(queue, kept) == 1
