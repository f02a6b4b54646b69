"""Completions: accepted only for the lease that holds the job, singly, in batches, in exchange."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest

from supaops.db.connect import Connection
from tests.db.calls import claim, column, enqueue, exchange, expire_leases, job, value


def test_a_completion_keeps_the_result_and_clears_the_error(queue: Connection) -> None:
    job_id = enqueue(queue)
    claim(queue)
    queue.execute("select job_queue_mark_failed(%s, 'first', retry_in => '0s')", [job_id])
    [row] = claim(queue)
    accepted = value(
        queue, "select job_queue_mark_succeeded(%s, %s, '[1]')", job_id, row["lease_id"]
    )
    stored = job(queue, job_id)
    assert accepted is True
    assert (stored["status"], stored["result"], stored["last_error"]) == ("succeeded", [1], None)
    assert stored["completed_at"] >= stored["started_at"]


def test_the_short_form_completes_for_the_present_holder(queue: Connection) -> None:
    job_id = enqueue(queue)
    assert value(queue, "select job_queue_mark_succeeded(%s)", job_id) is False
    claim(queue)
    assert value(queue, "select job_queue_mark_succeeded(%s)", job_id) is True
    assert value(queue, "select job_queue_mark_succeeded(%s)", job_id) is False


def test_a_late_worker_is_refused_after_a_takeover(queue: Connection) -> None:
    job_id = enqueue(queue)
    [zombie] = claim(queue, worker="zombie")
    expire_leases(queue)
    [holder] = claim(queue, worker="holder")
    late = [job_id, zombie["lease_id"]]
    assert value(queue, "select job_queue_mark_succeeded(%s, %s)", *late) is False
    assert value(queue, "select job_queue_mark_failed(%s, 'late', %s)", *late) is None
    assert job(queue, job_id)["status"] == "running"
    assert value(queue, "select job_queue_mark_succeeded(%s, %s)", job_id, holder["lease_id"])


def test_a_stale_lease_is_refused_though_the_same_worker_holds_the_job_again(
    queue: Connection,
) -> None:
    first, second = enqueue(queue), enqueue(queue)
    stale = claim(queue, 2, worker="w")[0]["lease_id"]
    expire_leases(queue)
    fresh = claim(queue, 2, worker="w")[0]["lease_id"]
    accepted = value(
        queue, "select job_queue_mark_succeeded_many(%s, %s)", [first, second], [stale, fresh]
    )
    assert accepted == [second]


def test_a_batch_returns_what_it_accepted(queue: Connection) -> None:
    ids = [enqueue(queue) for _ in range(3)]
    lease = claim(queue, 3)[0]["lease_id"]
    queue.execute("select job_queue_cancel(%s)", [ids[:1]])
    accepted = value(
        queue,
        "select job_queue_mark_succeeded_many(%s, %s, %s::jsonb[])",
        [*ids, 999],
        [lease] * 4,
        ['"a"', '"b"', None, None],
    )
    assert sorted(accepted) == ids[1:]
    assert column(queue, "select result from job_queue order by id") == [None, "b", None]


@pytest.mark.parametrize(
    "call",
    [
        "select job_queue_mark_succeeded_many('{1,2}', '{1}')",
        "select job_queue_mark_succeeded_many('{1}', '{1}', array['{}', '{}']::jsonb[])",
        "select job_queue_mark_failed_many('{1,2}', '{a}', '{1,1}')",
        "select job_queue_mark_failed_many('{1}', '{a}', '{1}', discards => '{t,t}')",
    ],
)
def test_arrays_that_do_not_pair_up_are_refused(queue: Connection, call: str) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="arrays of different length"):
        queue.execute(call.encode())


def test_an_exchange_reports_one_batch_and_claims_the_next(queue: Connection) -> None:
    ids = [enqueue(queue) for _ in range(6)]
    first = exchange(queue, [], [], 3)
    assert (first.refused, first.statuses) == ([], [])
    assert [row["id"] for row in first.claimed] == ids[:3]
    lease = first.claimed[0]["lease_id"]
    second = exchange(
        queue,
        [{"job_id": ids[0], "lease_id": lease, "result": {"n": 1}}, {"job_id": 99, "lease_id": 1}],
        [
            {"job_id": ids[1], "lease_id": lease, "error": "boom", "retry_in": "1 hour"},
            {"job_id": ids[2], "lease_id": lease + 7, "error": "stale"},
        ],
        2,
    )
    assert second.refused == [ids[2], 99]
    assert second.statuses == [{"id": ids[1], "status": "pending"}]
    assert [row["id"] for row in second.claimed] == ids[3:5]
    assert job(queue, ids[0])["result"] == {"n": 1}
    assert job(queue, ids[1])["last_error"] == "boom"


def test_an_exchange_takes_back_what_is_held_as_it_was_given(queue: Connection) -> None:
    ids = [enqueue(queue) for _ in range(5)]
    first = exchange(queue, [], [], 3)
    lease = first.claimed[0]["lease_id"]
    assert first.held == {"lease_id": lease, "job_ids": ids[:3]}
    queue.execute("select job_queue_cancel(array[%s::bigint])", (ids[1],))
    second = exchange(queue, [first.held], [], 5)
    assert second.refused == [ids[1]]
    assert [job(queue, each)["status"] for each in ids] == [
        "succeeded", "cancelled", "succeeded", "running", "running",
    ]  # fmt: skip
    again = exchange(queue, [first.held, second.held], [], 5)
    assert again.refused == ids[:3]
    assert again.claimed == []
    assert value(queue, "select count(*) from job_queue where status = 'running'") == 0


def test_several_jobs_of_an_exchange_share_a_result_or_an_error(queue: Connection) -> None:
    [enqueue(queue) for _ in range(4)]
    lease, ids = exchange(queue, [], [], 4).held.values()
    answer = exchange(
        queue,
        [{"job_ids": ids[:2], "lease_id": lease, "result": 7}],
        [{"job_ids": ids[2:], "lease_id": lease, "error": "boom", "retry_in": "1 hour"}],
        1,
    )
    assert answer.refused == []
    assert [job(queue, each)["result"] for each in ids] == [7, 7, None, None]
    assert [job(queue, each)["last_error"] for each in ids] == [None, None, "boom", "boom"]


@pytest.mark.parametrize("together", [True, False])
def test_a_report_without_a_lease_is_for_whoever_holds_the_jobs(
    queue: Connection,
    together: bool,  # noqa: FBT001  a parameter of pytest
) -> None:
    ids = [enqueue(queue) for _ in range(2)]
    exchange(queue, [], [], 1)
    exchange(queue, [], [], 1)
    elements = [{"job_ids": ids}] if together else [{"job_id": each} for each in ids]
    assert exchange(queue, elements, [], 1).refused == []
    assert [job(queue, each)["status"] for each in ids] == ["succeeded", "succeeded"]


def test_the_lane_of_a_job_moved_by_hand_is_the_one_that_is_counted(queue: Connection) -> None:
    ids = [enqueue(queue) for _ in range(3)]
    held = exchange(queue, [], [], 3).held
    queue.execute("update job_queue set priority = 7 where id = %s", (ids[1],))
    exchange(queue, [held], [], 3)
    rows = queue.execute(
        "select l.priority, sum(t.running) as running, sum(t.succeeded) as succeeded"
        " from supaops.tally t join supaops.lane l on l.id = t.lane group by l.priority"
    ).fetchall()
    assert {tuple(map(int, row.values())) for row in rows} == {(0, 0, 2), (7, 0, 1)}


def test_an_exchange_hands_out_the_columns_of_a_claim(queue: Connection) -> None:
    enqueue(queue, "report")
    enqueue(queue, "report")
    [row] = exchange(queue, [], [], 1).claimed
    assert list(row) == list(claim(queue)[0])
    assert row["timeout"] == timedelta(minutes=10)


def test_an_exchange_takes_null_for_nothing_to_report(queue: Connection) -> None:
    [row] = queue.execute("select * from job_queue_exchange(null, null, 1)").fetchall()
    assert {name: value for name, value in row.items() if value is not None} == {
        "refused": [],
        "statuses": [],
    }


@pytest.mark.parametrize(
    ("done", "message"),
    [
        ({"job_id": 1}, "done: expected a JSON array"),
        ([{}], "done: an element has no job_id"),
        ([{"job_ids": [1, None], "lease_id": 1}], "done: an element has no job_id"),
    ],
)
def test_an_exchange_refuses_a_malformed_report(
    queue: Connection, done: object, message: str
) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue, match=message):
        exchange(queue, done, [], 1)


def test_a_heartbeat_extends_the_lease(queue: Connection) -> None:
    enqueue(queue)
    [row] = claim(queue, lease="10 seconds")
    lost = value(queue, "select job_queue_heartbeat(%s, '1 hour')", row["lease_id"])
    assert lost == []
    extended = value(queue, "select expires_at from supaops.lease")
    assert extended - row["lease_expires_at"] > timedelta(minutes=59)


def test_a_heartbeat_names_the_jobs_that_were_taken_away_and_no_other(queue: Connection) -> None:
    done, failed, cancelled, edited, deleted, held = (enqueue(queue) for _ in range(6))
    lease = claim(queue, 6)[0]["lease_id"]
    queue.execute("select job_queue_mark_succeeded(%s, %s)", [done, lease])
    queue.execute("select job_queue_mark_failed(%s, 'boom', %s)", [failed, lease])
    queue.execute("select job_queue_cancel(array[%s::bigint])", [cancelled])
    queue.execute("update job_queue set status = 'pending' where id = %s", [edited])
    queue.execute("delete from job_queue where id = %s", [deleted])
    assert value(queue, "select job_queue_heartbeat(%s)", lease) == [cancelled, edited, deleted]
    assert job(queue, held)["status"] == "running"


def test_a_heartbeat_names_a_failed_job_once_it_is_claimed_again(queue: Connection) -> None:
    failed, held = enqueue(queue), enqueue(queue)
    lease = claim(queue, 2)[0]["lease_id"]
    queue.execute("select job_queue_mark_failed(%s, 'boom', %s, '0')", [failed, lease])
    assert value(queue, "select job_queue_heartbeat(%s)", lease) == []
    claim(queue)
    assert value(queue, "select job_queue_heartbeat(%s)", lease) == [failed]
    assert job(queue, held)["lease_id"] == lease


def test_a_heartbeat_after_a_takeover_names_every_job_and_revives_nothing(
    queue: Connection,
) -> None:
    ids = [enqueue(queue), enqueue(queue)]
    lease = claim(queue, 2)[0]["lease_id"]
    expire_leases(queue)
    claim(queue, 2)
    assert value(queue, "select job_queue_heartbeat(%s)", lease) == ids
    assert value(queue, "select closed_at is not null from supaops.lease where id = %s", lease)


def test_a_heartbeat_in_time_prevents_the_takeover(queue: Connection) -> None:
    enqueue(queue)
    [row] = claim(queue)
    expire_leases(queue)
    queue.execute("select job_queue_heartbeat(%s)", [row["lease_id"]])
    assert claim(queue) == []


def test_a_heartbeat_for_an_unknown_lease_has_nothing_to_tell(queue: Connection) -> None:
    assert value(queue, "select job_queue_heartbeat(4711)") == []
