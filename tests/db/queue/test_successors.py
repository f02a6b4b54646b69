"""Jobs that come with the success of another: in its transaction, or not at all."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from supaops.db.connect import Connection
from tests.db.calls import Exchanged, claim, column, enqueue, exchange, expire_leases, job, value

PLAIN = {"task_type": "plain"}


def held(db: Connection, count: int = 1) -> list[dict[str, Any]]:
    """Return the reports that these many claimed jobs have succeeded."""
    for _ in range(count):
        enqueue(db, "report")
    return [{"job_id": row["id"], "lease_id": row["lease_id"]} for row in claim(db, count)]


def succeed(db: Connection, *reports: dict[str, Any], limit: int = 0) -> Exchanged:
    return exchange(db, list(reports), [], limit)


def added(db: Connection) -> list[Any]:
    return column(db, "select payload -> 'n' from job_queue where task_type = 'plain' order by id")


def test_a_success_adds_its_jobs_in_order_beside_its_result(queue: Connection) -> None:
    first, second, third = held(queue, 3)
    jobs = [{**PLAIN, "payload": {"n": n}} for n in range(3)]
    answer = succeed(
        queue,
        {**first, "result": 7, "enqueue": jobs[:2]},
        {**second, "enqueue": []},
        {**third, "enqueue": jobs[2:]},
    )
    assert answer.refused == []
    assert added(queue) == [0, 1, 2]
    assert job(queue, first["job_id"])["result"] == 7


def test_a_success_that_is_refused_adds_nothing(queue: Connection) -> None:
    lost, kept = held(queue, 2)
    queue.execute("select job_queue_cancel(array[%s::bigint])", [lost["job_id"]])
    answer = succeed(
        queue,
        {**lost, "enqueue": [{**PLAIN, "payload": {"n": 1}}]},
        {**kept, "enqueue": [{**PLAIN, "payload": {"n": 2}}]},
    )
    assert answer.refused == [lost["job_id"]]
    assert added(queue) == [2]


def test_a_report_that_is_sent_again_adds_nothing_more(queue: Connection) -> None:
    """As by a worker whose connection went before the answer came."""
    [report] = held(queue)
    report["enqueue"] = [{**PLAIN, "payload": {"n": 1}}]
    assert succeed(queue, report).refused == []
    assert succeed(queue, report).refused == [report["job_id"]]
    assert added(queue) == [1]


def test_of_two_reports_of_a_job_only_the_one_with_its_lease_adds(queue: Connection) -> None:
    """As of a worker that lost the job, claimed it again, and reports both its attempts at once."""
    [stale] = held(queue)
    expire_leases(queue)
    [row] = claim(queue)
    succeed(
        queue,
        {**stale, "enqueue": [{**PLAIN, "payload": {"n": 1}}]},
        {**stale, "lease_id": row["lease_id"], "enqueue": [{**PLAIN, "payload": {"n": 2}}]},
    )
    assert added(queue) == [2]


def test_the_exchange_that_adds_a_job_can_hand_it_out(queue: Connection) -> None:
    [report] = held(queue)
    answer = succeed(queue, {**report, "enqueue": [PLAIN]}, limit=5)
    assert [row["task_type"] for row in answer.claimed] == ["plain"]


def test_a_successor_may_take_the_dedup_key_of_what_it_succeeds(queue: Connection) -> None:
    enqueue(queue, dedup_key="k")
    [row] = claim(queue)
    again = {**PLAIN, "dedup_key": "k", "on_duplicate": "reject", "payload": {"n": 2}}
    succeed(queue, {"id": row["id"], "lease_id": row["lease_id"], "enqueue": [again]})
    assert added(queue) == [None, 2]


@pytest.mark.parametrize(
    ("bad", "code", "message"),
    [
        ({"task_type": "ghost"}, "JQ001", "done[1].enqueue[1]: unknown task type 'ghost'"),
        (
            {"task_type": "game_platform_sync", "payload": {"dryRun": 1}},
            "JQ002",
            "done[1].enqueue[1]: payload of 'game_platform_sync' breaks its declared schema",
        ),
        ({**PLAIN, "priority": 99999}, "22023", "done[1].enqueue[1]: priority is 99999"),
        ({**PLAIN, "run_at": "soon"}, "22023", "done[1].enqueue[1]: invalid input syntax"),
        ({**PLAIN, "colour": 1}, "22023", "done[1].enqueue[1]: unknown key 'colour'"),
        (5, "22023", "done[1].enqueue[1]: expected an object"),
        (
            {**PLAIN, "dedup_key": "held", "on_duplicate": "reject"},
            "23505",
            "done[1].enqueue[1]: job 3 holds the dedup_key 'held'",
        ),
    ],
)
def test_a_job_that_cannot_be_added_fails_the_whole_exchange_and_is_named(
    queue: Connection, bad: object, code: str, message: str
) -> None:
    first, second = held(queue, 2)
    enqueue(queue, dedup_key="held")
    with pytest.raises(psycopg.Error) as caught:
        succeed(queue, {**first, "enqueue": [PLAIN]}, {**second, "enqueue": [PLAIN, bad]}, limit=1)
    assert caught.value.sqlstate == code
    assert str(caught.value.diag.message_primary).startswith(message)
    assert column(queue, "select status from job_queue order by id") == [
        "running",
        "running",
        "pending",
    ]


def test_an_unknown_task_type_of_a_successor_keeps_its_detail_and_hint(queue: Connection) -> None:
    [report] = held(queue)
    with pytest.raises(psycopg.Error) as caught:
        succeed(queue, {**report, "enqueue": [{"task_type": "plane"}]})
    assert "plain" in str(caught.value.diag.message_detail)
    assert "supaops apply" in str(caught.value.diag.message_hint)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"enqueue": {}}, "done[1].enqueue: expected a JSON array of objects"),
        ({"enqueue": "x"}, "done[1].enqueue: expected a JSON array of objects"),
        (
            {"enqueue": [PLAIN], "job_ids": [1, 2]},
            "done[1].enqueue: expected one job_id beside it, found job_ids",
        ),
    ],
)
def test_a_list_of_successors_that_is_none_is_refused(
    queue: Connection, changes: dict[str, Any], message: str
) -> None:
    first, second = held(queue, 2)
    with pytest.raises(psycopg.errors.InvalidParameterValue) as caught:
        succeed(queue, first, {**second, **changes})
    assert caught.value.diag.message_primary == message


def test_null_stands_for_no_successors(queue: Connection) -> None:
    [report] = held(queue)
    assert succeed(queue, {**report, "enqueue": None}).refused == []
    assert value(queue, "select count(*) from job_queue") == 1
