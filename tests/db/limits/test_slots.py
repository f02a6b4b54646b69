"""How many jobs run at once: never more than a limit says, and each that ends makes room."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from supaops.db.connect import Connection
from tests.db.calls import claim, column, enqueue, expire_leases, value
from tests.db.limits.rig import OF_TYPE, SLOTS, fill, usage


def test_a_queue_hands_out_no_more_than_may_run_at_once(queue: Connection) -> None:
    fill(queue, 9)
    assert len(claim(queue, 2)) == 2
    assert len(claim(queue, 9)) == 1
    assert claim(queue, 9) == []
    assert usage(queue, "queue", "default") == {"running": 3, "startable": 0}


FREEING = {
    "succeeded": "select job_queue_mark_succeeded(%(id)s)",
    "failed for now": "select job_queue_mark_failed(%(id)s, 'x', retry_in => '1 day')",
    "failed for good": (
        "update job_queue set max_attempts = 1 where id = %(id)s;"
        "select job_queue_mark_failed(%(id)s, 'x')"
    ),
    "cancelled": "select job_queue_cancel(array[%(id)s])",
    "set to pending": (
        "update job_queue set status = 'pending', run_at = '2999-01-01' where id = %(id)s"
    ),
    "set to failed": "update job_queue set status = 'failed' where id = %(id)s",
    "set to succeeded": "update job_queue set status = 'succeeded' where id = %(id)s",
    "deleted": "delete from job_queue where id = %(id)s",
    "moved": "update job_queue set queue = 'elsewhere' where id = %(id)s",
    "exchanged": "select job_queue_exchange('[{\"id\": %(id)s}]', null, 0)",
}


@pytest.mark.parametrize("end", FREEING)
def test_a_job_that_runs_no_more_frees_its_slot(queue: Connection, end: str) -> None:
    fill(queue, 9)
    rows = claim(queue, 9)
    text = FREEING[end] % {"id": rows[1]["id"]}
    for statement in text.split(";"):
        queue.execute(statement.encode())
    assert usage(queue, "queue", "default") == {"running": 2, "startable": 1}
    assert len(claim(queue, 9)) == 1
    assert claim(queue, 9) == []


def test_a_lost_worker_frees_its_slots(queue: Connection) -> None:
    lost = fill(queue, 3)
    fill(queue, 3)
    claim(queue, 9)
    expire_leases(queue)
    assert len(claim(queue, 9)) == 3
    assert column(queue, "select id from job_queue where attempts > 1") == []
    expire_leases(queue)
    queue.execute("update job_queue set max_attempts = 1 where status = 'running'")
    assert [row["id"] for row in claim(queue, 9)] == lost


def test_a_worker_that_dies_in_the_middle_of_a_claim_takes_no_slot(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    fill(queue, 9)
    other = another()
    with other.transaction(force_rollback=True):
        assert len(claim(other, 9)) == 3
    assert len(claim(queue, 9)) == 3


def test_one_claim_over_many_lanes_keeps_within_the_limit(queue: Connection) -> None:
    for priority in range(3):
        fill(queue, 2, priority=priority)
    enqueue(queue, "patient", priority=3)
    rows = claim(queue, 9)
    assert [row["priority"] for row in rows] == [0, 0, 1]


def test_a_task_type_is_limited_over_all_queues_together(queue: Connection) -> None:
    fill(queue, 2, task_type="report")
    fill(queue, 2, task_type="report", queue="free")
    others = fill(queue, 2, task_type="patient", queue="free")
    rows = claim(queue, 9)
    assert sorted(row["task_type"] for row in rows) == ["patient"] * 2 + ["report"] * 2
    assert {row["id"] for row in rows} > set(others)
    assert usage(queue, "task_type", "report") == {"running": 2, "startable": 0}


def test_of_two_limits_the_tighter_one_rules(queue: Connection) -> None:
    fill(queue, 9)
    fill(queue, 9, queue="side")
    rows = claim(queue, 99)
    assert len(rows) == OF_TYPE["plain"]
    queue.execute("update supaops.limit set concurrency = 99 where name = 'plain'")
    assert len(claim(queue, 99)) == SLOTS["default"] + SLOTS["side"] - len(rows)


def test_jobs_without_a_limit_go_on_while_the_others_wait(queue: Connection) -> None:
    fill(queue, 9)
    free = fill(queue, 2, task_type="patient", queue="free")
    claim(queue, 3)
    assert {row["id"] for row in claim(queue, 9)} == set(free)


def test_a_limit_is_looked_at_by_one_claim_at_a_time_and_the_next_does_not_wait(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    fill(queue, 9)
    free = fill(queue, 2, task_type="patient", queue="free")
    other = another()
    with other.transaction():
        assert len(claim(other, 1, queues=["default"])) == 1
        assert {row["id"] for row in claim(queue, 9)} == set(free)
    assert len(claim(queue, 9)) == 2


def test_a_claim_that_has_nothing_yet_comes_again_for_a_limit_that_is_locked(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    fill(queue, 9)
    other = another()
    with other.transaction():
        claim(other, 1)
        before = value(queue, "select clock_timestamp()")
        assert claim(queue, 9) == []
        assert value(queue, "select clock_timestamp()") - before > timedelta(milliseconds=20)
    assert len(claim(queue, 9)) == 2


def test_a_claim_from_other_lanes_leaves_a_limit_to_the_others(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    fill(queue, 1)
    queue.execute("update job_queue set status = 'cancelled'")
    fill(queue, 2, task_type="patient", queue="free")
    other = another()
    with other.transaction():
        assert len(claim(other, 9)) == 2
        fill(queue, 9)
        assert len(claim(queue, 9)) == 3


def test_an_older_snapshot_than_the_lock_takes_nothing_from_a_limit(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    fill(queue, 9)
    other = another()
    with other.transaction():
        other.execute("set transaction isolation level repeatable read")
        value(other, "select count(*) from job_queue")
        claim(queue, 2)
        assert claim(other, 9) == []
