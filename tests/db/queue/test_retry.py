"""Failed attempts: backoff, its bounds, overrides, exhaustion and history."""

from __future__ import annotations

from datetime import timedelta

import pytest

from supaops.db.connect import Connection
from tests.db.calls import MISCOUNTED, claim, column, enqueue, exchange, job, value

BASE, FACTOR, MAX, JITTER = 10.0, 2.0, 3600.0, 0.2


@pytest.mark.parametrize("attempt", [1, 2, 5, 9, 10, 50, 1000])
def test_the_delay_grows_exponentially_within_the_jitter_up_to_the_maximum(
    queue: Connection, attempt: int
) -> None:
    expected = min(MAX, BASE * FACTOR ** min(attempt - 1, 60))
    row = queue.execute(
        "select min(d) as shortest, max(d) as longest from ("
        "  select extract(epoch from supaops.retry_delay('plain', %s)) as d"
        "  from generate_series(1, 500)) x",
        [attempt],
    ).fetchone()
    assert row is not None
    shortest, longest = float(row["shortest"]), float(row["longest"])
    assert expected * (1 - JITTER) - 1e-3 <= shortest < expected * (1 - 0.8 * JITTER)
    assert expected * (1 + 0.8 * JITTER) < longest <= expected * (1 + JITTER) + 1e-3


def test_a_failed_attempt_waits_for_its_delay(queue: Connection) -> None:
    job_id = enqueue(queue)
    claim(queue)
    assert value(queue, "select job_queue_mark_failed(%s, 'boom')", job_id) == "pending"
    row = job(queue, job_id)
    assert row["run_at"] == row["ready_at"]
    delay = row["run_at"] - value(queue, "select finished_at from supaops.attempt")
    assert timedelta(seconds=8) <= delay <= timedelta(seconds=12)
    assert claim(queue) == []


@pytest.mark.parametrize(
    ("retry_in", "delay"), [("90 seconds", 90), ("0 seconds", 0), ("-5 seconds", 0)]
)
def test_a_worker_may_choose_the_delay(queue: Connection, retry_in: str, delay: int) -> None:
    job_id = enqueue(queue)
    claim(queue)
    queue.execute("select job_queue_mark_failed(%s, 'x', retry_in => %s)", [job_id, retry_in])
    waited = value(queue, "select run_at - finished_at from job_queue, supaops.attempt")
    assert waited == timedelta(seconds=delay)


def test_every_error_stays_readable_after_the_last_attempt(queue: Connection) -> None:
    job_id = enqueue(queue, max_attempts=3)
    statuses = []
    for n in (1, 2, 3):
        claim(queue, worker=f"w{n}")
        statuses.append(
            value(
                queue,
                "select job_queue_mark_failed(%s, %s, retry_in => '0s')",
                job_id,
                f"error {n}",
            )
        )
    assert statuses == ["pending", "pending", "failed"]
    row = job(queue, job_id)
    assert (row["status"], row["last_error"], row["attempts"]) == ("failed", "error 3", 3)
    history = queue.execute("select * from supaops.attempt order by attempt").fetchall()
    assert [(row["attempt"], row["worker"], row["error"]) for row in history] == [
        (1, "w1", "error 1"),
        (2, "w2", "error 2"),
        (3, "w3", "error 3"),
    ]
    assert all(row["started_at"] <= row["finished_at"] for row in history)


def test_an_explicit_delay_does_not_grant_another_attempt(queue: Connection) -> None:
    job_id = enqueue(queue, max_attempts=1)
    claim(queue)
    status = value(queue, "select job_queue_mark_failed(%s, 'x', retry_in => '1s')", job_id)
    assert status == "failed"


def test_a_failure_without_a_text_still_says_something(queue: Connection) -> None:
    job_id = enqueue(queue, max_attempts=1)
    claim(queue)
    assert value(queue, "select job_queue_mark_failed(%s, null)", job_id) == "failed"
    assert job(queue, job_id)["last_error"] == "no error text"


def test_a_batch_of_failures_reports_each_new_status(queue: Connection) -> None:
    last, again = enqueue(queue, max_attempts=1), enqueue(queue)
    lease = claim(queue, 2)[0]["lease_id"]
    rows = queue.execute(
        "select * from job_queue_mark_failed_many(%s, %s, %s) order by job_id",
        [[last, again, 77], ["a", "b", "c"], [lease] * 3],
    ).fetchall()
    assert rows == [
        {"job_id": last, "status": "failed"},
        {"job_id": again, "status": "pending"},
    ]
    assert value(queue, "select count(*) from supaops.lease") == 0


def test_the_jitter_of_a_batch_differs_per_job(queue: Connection) -> None:
    ids = [enqueue(queue) for _ in range(20)]
    lease = claim(queue, 20)[0]["lease_id"]
    queue.execute("select job_queue_mark_failed_many(%s, %s, %s)", [ids, ["x"] * 20, [lease] * 20])
    assert value(queue, "select count(distinct run_at) from job_queue") == 20


def test_a_task_type_has_a_backoff_of_its_own_and_takes_the_rest_from_the_queue(
    queue: Connection,
) -> None:
    """`patient` declares a base and no jitter; its factor and its maximum are the queue's."""
    delays = column(
        queue,
        "select extract(epoch from supaops.retry_delay('patient', n))::float"
        " from unnest(array[1, 2, 3, 50]) n",
    )
    assert delays == [120.0, 240.0, 480.0, 3600.0]


def test_a_failed_job_waits_as_its_task_type_declares(queue: Connection) -> None:
    enqueue(queue, "patient")
    row = claim(queue)[0]
    queue.execute("select job_queue_mark_failed(%s, 'x', %s)", [row["id"], row["lease_id"]])
    waited = value(queue, "select run_at - finished_at from job_queue, supaops.attempt")
    assert waited == timedelta(minutes=2)


def test_a_discarded_job_has_failed_at_once_whatever_attempts_are_left(queue: Connection) -> None:
    job_id = enqueue(queue, dedup_key="k")
    lease = claim(queue)[0]["lease_id"]
    status = value(
        queue, "select job_queue_mark_failed(%s, 'never', %s, '1 hour', true)", job_id, lease
    )
    row = job(queue, job_id)
    assert (status, row["status"], row["last_error"]) == ("failed", "failed", "never")
    assert (row["attempts"], row["max_attempts"], row["ready_at"]) == (1, 3, None)
    assert row["completed_at"] is not None
    assert column(queue, "select outcome from supaops.attempt") == ["failed"]
    assert column(queue, MISCOUNTED) == []
    assert enqueue(queue, dedup_key="k") != job_id, "its key is free again"


def test_of_a_batch_of_failures_only_those_marked_are_discarded(queue: Connection) -> None:
    ids = [enqueue(queue) for _ in range(3)]
    lease = claim(queue, 3)[0]["lease_id"]
    rows = queue.execute(
        "select * from job_queue_mark_failed_many(%s, '{a,b,c}', %s, discards => '{t,f,null}')",
        [ids, [lease] * 3],
    ).fetchall()
    assert [row["status"] for row in rows] == ["failed", "pending", "pending"]


def test_an_exchange_discards(queue: Connection) -> None:
    ids = [enqueue(queue) for _ in range(3)]
    lease = claim(queue, 3)[0]["lease_id"]
    report = {"lease_id": lease, "error": "x"}
    answer = exchange(
        queue,
        [],
        [
            {"job_id": ids[0], "discard": True, **report},
            {"job_id": ids[1], "discard": False, **report},
            {"job_id": ids[2], **report},
        ],
        0,
    )
    assert [each["status"] for each in answer.statuses] == ["failed", "pending", "pending"]
