"""Claiming: order, pauses, delays, leases and their takeover."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from supaops.db.connect import Connection
from tests.db.calls import claim, column, enqueue, expire_leases, job, value


def ids(rows: list[dict[str, object]]) -> list[object]:
    """Return the ids of claimed rows, in order."""
    return [row["id"] for row in rows]


def test_a_claim_hands_out_the_job_and_its_lease(queue: Connection) -> None:
    job_id = enqueue(queue, "report", payload='{"a": 1}')
    [row] = claim(queue, worker="w1", lease="90 seconds")
    assert (row["id"], row["task_type"], row["queue"]) == (job_id, "report", "reports")
    assert (row["payload"], row["attempts"], row["max_attempts"]) == ({"a": 1}, 1, 5)
    assert row["timeout"] == timedelta(minutes=10)
    stored = job(queue, job_id)
    assert (stored["status"], stored["worker"]) == ("running", "w1")
    assert stored["lease_id"] == row["lease_id"]
    assert row["lease_expires_at"] - stored["started_at"] == timedelta(seconds=90)


def test_a_claim_without_a_worker_name_is_known_by_its_process(queue: Connection) -> None:
    job_id = enqueue(queue)
    claim(queue)
    assert job(queue, job_id)["worker"] == f"pid {value(queue, 'select pg_backend_pid()')}"


def test_an_empty_queue_gives_nothing_and_leaves_no_lease(queue: Connection) -> None:
    assert claim(queue, 10) == []
    assert value(queue, "select count(*) from supaops.lease") == 0


def test_smaller_priorities_come_first_then_the_longest_waiting(queue: Connection) -> None:
    late, early, urgent = (enqueue(queue, priority=p) for p in (5, 5, -1))
    other_queue = enqueue(queue, "report", priority=0)
    assert ids(claim(queue, 10)) == [urgent, other_queue, late, early]


def test_a_limit_is_filled_across_lanes(queue: Connection) -> None:
    for priority in (3, 1, 2, 1):
        enqueue(queue, priority=priority)
    assert [row["priority"] for row in claim(queue, 3)] == [1, 1, 2]


def test_of_several_queues_the_one_that_has_waited_longest_is_served_first(
    queue: Connection,
) -> None:
    first, second, third, fourth = (enqueue(queue, queue=name) for name in "abba")
    assert ids(claim(queue, 2)) == [first, fourth]
    enqueue(queue, queue="a")
    assert ids(claim(queue, 2)) == [second, third]


def test_a_delayed_job_is_not_handed_out_early_nor_hides_a_ready_one(queue: Connection) -> None:
    later = enqueue(queue, run_at=datetime.now(UTC) + timedelta(hours=1), priority=-9)
    ready = enqueue(queue)
    assert ids(claim(queue, 10)) == [ready]
    assert job(queue, later)["status"] == "pending"


def test_only_the_named_queues_are_claimed_from(queue: Connection) -> None:
    enqueue(queue)
    report = enqueue(queue, "report")
    assert claim(queue, 10, queues=[]) == []
    assert ids(claim(queue, 10, queues=["reports", "side"])) == [report]


def test_a_job_that_another_transaction_claims_is_skipped(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    first, second = enqueue(queue), enqueue(queue)
    other = another()
    with other.transaction():
        assert ids(claim(other)) == [first]
        assert ids(claim(queue)) == [second]


def test_a_claim_waits_for_no_lock_and_is_not_deceived_by_one_that_is_over(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    locked, released, free = (enqueue(queue) for _ in range(3))
    lock = "select from job_queue where id = %s for update"
    queue.execute(lock, [released])
    other = another()
    with other.transaction():
        other.execute(lock, [locked])
        taken = claim(queue, 10)
        assert ids(taken) == [released, free]
        assert [row["attempts"] for row in taken] == [1, 1]
    assert ids(claim(queue, 10)) == [locked]


def test_a_rolled_back_claim_leaves_the_job_ready(queue: Connection) -> None:
    job_id = enqueue(queue)
    with queue.transaction(force_rollback=True):
        claim(queue)
    assert ids(claim(queue)) == [job_id]


@pytest.mark.parametrize("limit", [-1, None])
def test_a_senseless_limit_is_refused(queue: Connection, limit: int | None) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue, match=r"limit is (-1|null): expected"):
        queue.execute("select * from job_queue_claim(%s)", [limit])


def test_a_lease_that_ends_before_it_begins_is_refused(queue: Connection) -> None:
    enqueue(queue)
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="lease is 00:00:00"):
        claim(queue, lease="0 seconds")


def test_the_jobs_of_an_expired_lease_are_claimed_again(queue: Connection) -> None:
    both = {enqueue(queue), enqueue(queue)}
    [first, _] = claim(queue, 2, worker="lost")
    assert claim(queue, 2) == []
    expire_leases(queue)
    again = claim(queue, 2, worker="second")
    assert set(ids(again)) == both
    assert {row["attempts"] for row in again} == {2}
    assert {row["lease_id"] for row in again} != {first["lease_id"]}
    history = queue.execute("select * from supaops.attempt").fetchall()
    assert {(row["outcome"], row["worker"]) for row in history} == {("lost", "lost")}


def test_a_job_whose_last_attempt_was_lost_fails_and_says_why(queue: Connection) -> None:
    job_id = enqueue(queue, max_attempts=1)
    [claimed] = claim(queue, worker="lost worker")
    expire_leases(queue)
    assert claim(queue) == []
    row = job(queue, job_id)
    assert row["status"] == "failed"
    assert row["last_error"].startswith(
        f"lease {claimed['lease_id']} expired: worker lost worker did not report by "
    )
    assert row["last_error"].endswith("(attempt 1 of 1)")


def test_a_takeover_leaves_a_job_that_has_gone_on_to_another_lease(queue: Connection) -> None:
    job_id = enqueue(queue)
    [first] = claim(queue)
    queue.execute("update job_queue set status = 'pending' where id = %s", [job_id])
    [second] = claim(queue)
    queue.execute(
        "update supaops.lease set expires_at = now() - interval '1 second' where id = %s",
        [first["lease_id"]],
    )
    assert claim(queue) == []
    assert job(queue, job_id)["lease_id"] == second["lease_id"]


def test_a_takeover_leaves_a_job_that_is_being_completed_to_its_worker(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    done, lost = enqueue(queue), enqueue(queue)
    [row, _] = claim(queue, 2)
    expire_leases(queue)
    other = another()
    with other.transaction():
        assert value(other, "select job_queue_mark_succeeded(%s, %s)", done, row["lease_id"])
        assert ids(claim(queue, 5)) == [lost]
    assert claim(queue, 5) == []
    assert job(queue, done)["status"] == "succeeded"


def test_a_takeover_is_finished_by_a_later_claim_when_a_completion_rolls_back(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    reported, lost = enqueue(queue), enqueue(queue)
    claim(queue, 2)
    expire_leases(queue)
    other = another()
    with other.transaction(force_rollback=True):
        value(other, "select job_queue_mark_succeeded(%s)", reported)
        assert ids(claim(queue, 5)) == [lost]
    assert ids(claim(queue, 5)) == [reported]


def test_a_paused_queue_hands_out_nothing_and_the_others_go_on(queue: Connection) -> None:
    held, other = enqueue(queue), enqueue(queue, "report")
    queue.execute("select job_queue_pause('default', 'upstream is down')")
    assert ids(claim(queue, 5)) == [other]
    assert value(queue, "select job_queue_resume('default')") is True
    assert ids(claim(queue, 5)) == [held]


def test_a_pause_of_all_queues_stops_every_claim(queue: Connection) -> None:
    enqueue(queue), enqueue(queue, "report")
    queue.execute("select job_queue_pause('*', 'maintenance')")
    assert claim(queue, 5) == []


def test_a_paused_task_type_waits_in_every_queue_and_the_others_go_on(queue: Connection) -> None:
    held, side = enqueue(queue), enqueue(queue, queue="side")
    others = [enqueue(queue, "patient"), enqueue(queue, "report")]
    queue.execute("select job_queue_pause('*', 'upstream is down', task_type => 'plain')")
    assert set(ids(claim(queue, 5))) == set(others)
    queue.execute("select job_queue_pause('side', 'more of it', task_type => 'plain')")
    queue.execute("select job_queue_resume('*', 'plain')")
    assert ids(claim(queue, 5)) == [held]
    queue.execute("select job_queue_resume('side', 'plain')")
    assert ids(claim(queue, 5)) == [side]


def test_a_pause_ends_by_itself_at_its_time(queue: Connection) -> None:
    job_id = enqueue(queue)
    queue.execute("select job_queue_pause('default', 'short', now() + interval '1 hour')")
    assert claim(queue) == []
    queue.execute("update supaops.pause set until = now() - interval '1 second'")
    assert ids(claim(queue)) == [job_id]


def test_a_job_of_a_removed_task_type_is_still_handed_out(queue: Connection) -> None:
    enqueue(queue)
    with queue.transaction(force_rollback=True):
        queue.execute("delete from supaops.task_type where name = 'plain'")
        [row] = claim(queue)
    assert row["timeout"] == timedelta(minutes=5)


def test_the_lease_of_a_reported_batch_is_gone(queue: Connection) -> None:
    for _ in range(3):
        enqueue(queue)
    rows = claim(queue, 3)
    queue.execute(
        "select job_queue_mark_succeeded_many(%s, %s)",
        [ids(rows), [row["lease_id"] for row in rows]],
    )
    assert column(queue, "select id from supaops.lease") == []
