"""The history of a job: one row per attempt, however it ended."""

from __future__ import annotations

from typing import Any

import pytest

from supaops.db.connect import Connection
from tests.db.calls import claim, column, enqueue, expire_leases, value


def history(db: Connection, job_id: int) -> list[tuple[Any, ...]]:
    """Return attempt, worker, outcome and error of each attempt, as job_queue_attempts has them."""
    rows = db.execute("select * from job_queue_attempts(%s)", [job_id]).fetchall()
    return [(row["attempt"], row["worker"], row["outcome"], row["error"]) for row in rows]


def test_a_job_that_never_ran_has_no_history(queue: Connection) -> None:
    job_id = enqueue(queue)
    assert history(queue, job_id) == []
    queue.execute("update job_queue set status = 'succeeded'")
    assert history(queue, job_id) == [], "nobody has run it"
    assert history(queue, 4711) == []


def test_each_attempt_is_told_with_its_worker_its_outcome_and_its_error(queue: Connection) -> None:
    job_id = enqueue(queue, max_attempts=4)
    claim(queue, worker="a")
    queue.execute("select job_queue_mark_failed(%s, 'boom', retry_in => '0')", [job_id])
    claim(queue, worker="b")
    expire_leases(queue)
    claim(queue, worker="c")
    assert history(queue, job_id)[-1] == (3, "c", "running", None)
    queue.execute("select job_queue_mark_succeeded(%s)", [job_id])
    first, second, third = history(queue, job_id)
    assert first == (1, "a", "failed", "boom")
    assert second[:3] == (2, "b", "lost")
    assert second[3].endswith("(attempt 2 of 4)")
    assert third == (3, "c", "succeeded", None)


def test_an_attempt_begins_and_ends_when_its_job_did(queue: Connection) -> None:
    job_id = enqueue(queue)
    claim(queue)
    times = "select started_at, finished_at from job_queue_attempts(%s)"
    [row] = queue.execute(times, [job_id]).fetchall()
    assert row["finished_at"] is None
    queue.execute("select job_queue_mark_succeeded(%s)", [job_id])
    assert queue.execute(times, [job_id]).fetchall() == (
        queue.execute("select started_at, completed_at as finished_at from job_queue").fetchall()
    )


@pytest.mark.parametrize(
    ("status", "outcome"), [("pending", "interrupted"), ("succeeded", "succeeded")]
)
def test_an_attempt_that_was_ended_by_hand_is_told_once(
    queue: Connection, status: str, outcome: str
) -> None:
    job_id = enqueue(queue)
    claim(queue, worker="a")
    queue.execute("update job_queue set status = %s", [status])
    assert history(queue, job_id) == [(1, "a", outcome, None)]


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_success_stays_in_the_history_of_a_job_that_runs_again(
    queue: Connection, *, by_hand: bool
) -> None:
    job_id = enqueue(queue)
    claim(queue, worker="a")
    if by_hand:
        queue.execute("update job_queue set status = 'succeeded'")
    else:
        queue.execute("select job_queue_mark_succeeded(%s)", [job_id])
    finished = value(queue, "select finished_at from job_queue_attempts(%s)", job_id)
    queue.execute("select job_queue_retry(array[%s::bigint])", [job_id])
    assert history(queue, job_id) == [(1, "a", "succeeded", None)]
    assert value(queue, "select finished_at from job_queue_attempts(%s)", job_id) == finished
    claim(queue, worker="b")
    assert history(queue, job_id) == [(1, "a", "succeeded", None), (2, "b", "running", None)]


def test_attempts_counted_anew_by_hand_are_told_in_the_order_in_which_they_ran(
    queue: Connection,
) -> None:
    job_id = enqueue(queue)
    for worker in "ab":
        claim(queue, worker=worker)
        queue.execute("select job_queue_mark_failed(%s, %s, retry_in => '0')", [job_id, worker])
        queue.execute("update job_queue set attempts = 0")
    claim(queue, worker="c")
    assert column(queue, "select worker from job_queue_attempts(%s)", job_id) == ["a", "b", "c"]
