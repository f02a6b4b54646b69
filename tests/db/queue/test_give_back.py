"""A worker that stops gives its jobs back: ready at once, the attempt not counted."""

from __future__ import annotations

from supaops.db.connect import Connection
from tests.db.calls import MISCOUNTED, UNHELD, claim, column, enqueue, expire_leases, job, value

GIVE_BACK = "select job_queue_give_back(%s)"
GIVE_BACK_SOME = "select job_queue_give_back(%s, %s)"


def test_all_that_a_lease_holds_is_ready_again_at_once_and_the_attempt_is_not_counted(
    queue: Connection,
) -> None:
    ids = [enqueue(queue, max_attempts=1) for _ in range(3)]
    lease = claim(queue, 3, worker="w")[0]["lease_id"]
    assert value(queue, GIVE_BACK, lease) == ids
    assert column(queue, "select attempts from job_queue") == [0, 0, 0]
    assert column(queue, "select max_attempts from job_queue") == [1, 1, 1]
    assert [row["id"] for row in claim(queue, 9)] == ids
    assert column(queue, MISCOUNTED) == []
    assert column(queue, UNHELD) == []


def test_of_a_lease_some_jobs_are_given_back_and_the_others_go_on(queue: Connection) -> None:
    first, second = enqueue(queue), enqueue(queue)
    lease = claim(queue, 2)[0]["lease_id"]
    assert value(queue, GIVE_BACK_SOME, lease, [second, 4711]) == [second]
    assert value(queue, "select job_queue_mark_succeeded(%s, %s)", first, lease) is True
    assert value(queue, "select job_queue_mark_succeeded(%s, %s)", second, lease) is False


def test_the_interrupted_attempt_is_told(queue: Connection) -> None:
    job_id = enqueue(queue)
    lease = claim(queue, worker="w")[0]["lease_id"]
    queue.execute(GIVE_BACK, [lease])
    claim(queue, worker="v")
    rows = queue.execute("select * from job_queue_attempts(%s)", [job_id]).fetchall()
    told = [(row["attempt"], row["worker"], row["outcome"]) for row in rows]
    assert told == [(1, "w", "interrupted"), (1, "v", "running")]


def test_what_the_lease_does_not_hold_any_more_is_left_alone(queue: Connection) -> None:
    done, cancelled, failed, held = (enqueue(queue) for _ in range(4))
    lease = claim(queue, 4)[0]["lease_id"]
    queue.execute("select job_queue_mark_succeeded(%s, %s)", [done, lease])
    queue.execute("select job_queue_cancel(array[%s::bigint])", [cancelled])
    queue.execute("select job_queue_mark_failed(%s, 'boom', %s, '1 hour')", [failed, lease])
    before = job(queue, failed)
    assert value(queue, GIVE_BACK, lease) == [held]
    assert job(queue, failed) == before
    assert value(queue, GIVE_BACK, lease) == []


def test_after_a_takeover_the_lost_worker_gives_nothing_back(queue: Connection) -> None:
    enqueue(queue)
    lease = claim(queue)[0]["lease_id"]
    expire_leases(queue)
    assert claim(queue) != []
    assert value(queue, GIVE_BACK, lease) == []
    assert value(queue, GIVE_BACK, 4711) == []
    assert value(queue, "select job_queue_give_back(null)") == []
