"""The trace that a job belongs to: from who adds it to who claims it, and never in its way."""

from __future__ import annotations

import json

import pytest

from supaops.db.connect import Connection
from tests.db.calls import claim, column, enqueue, exchange, job, value

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
OTHER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"
NO_TRACES = [
    "",
    "nonsense",
    TRACE.upper(),
    f"01{TRACE[2:]}",
    f"{TRACE}\n",
    f"{TRACE}-more",
    f" {TRACE}",
    f"00-{'0' * 32}-b7ad6b7169203331-01",
    f"00-0af7651916cd43dd8448eb211c80319c-{'0' * 16}-01",
]


def add_all(db: Connection, *jobs: dict[str, object]) -> list[int]:
    batch = json.dumps([{"task_type": "plain", **each} for each in jobs])
    ids: list[int] = value(db, "select job_queue_enqueue_many(%s)", batch)
    return ids


def traces(db: Connection) -> list[str | None]:
    return column(db, "select traceparent from job_queue order by id")


def ask_with(db: Connection, headers: str) -> None:
    """Say what the Data API says of the request that it serves."""
    db.execute("select set_config('request.headers', %s, true)", [headers])


@pytest.mark.parametrize("key", [None, "k"])
def test_a_job_keeps_its_trace_until_it_is_claimed(queue: Connection, key: str | None) -> None:
    enqueue(queue, traceparent=TRACE, dedup_key=key)
    add_all(queue, {"traceparent": OTHER, "dedup_key": key and "k2"}, {"dedup_key": key and "k3"})
    assert [row["traceparent"] for row in claim(queue, 1)] == [TRACE]
    assert [row["traceparent"] for row in exchange(queue, [], [], 2).claimed] == [OTHER, None]


@pytest.mark.parametrize("given", NO_TRACES)
def test_what_is_no_trace_is_dropped_and_refuses_no_job(queue: Connection, given: str) -> None:
    enqueue(queue, traceparent=given)
    add_all(queue, {"traceparent": given}, {"traceparent": given, "dedup_key": "k"})
    queue.execute("insert into job_queue (task_type, traceparent) values ('plain', %s)", [given])
    assert traces(queue) == [None] * 4


@pytest.mark.parametrize("given", [5, True, [TRACE], {"a": 1}])
def test_a_trace_of_another_type_is_dropped(queue: Connection, given: object) -> None:
    add_all(queue, {"traceparent": given})
    assert traces(queue) == [None]


def test_a_request_of_the_data_api_gives_its_trace_to_the_jobs_that_have_none(
    queue: Connection,
) -> None:
    with queue.transaction():
        ask_with(queue, json.dumps({"host": "x", "traceparent": TRACE}))
        enqueue(queue)
        enqueue(queue, traceparent=OTHER)
        add_all(queue, {}, {"traceparent": OTHER})
        add_all(queue, {"dedup_key": "k"}, {"traceparent": OTHER})
    enqueue(queue)
    assert traces(queue) == [TRACE, OTHER, TRACE, OTHER, TRACE, OTHER, None]


@pytest.mark.parametrize("headers", ["{", "[]", "5", "{}", '{"traceparent": {"a": "b"}}'])
def test_headers_without_a_trace_refuse_no_job(queue: Connection, headers: str) -> None:
    with queue.transaction():
        ask_with(queue, headers)
        enqueue(queue)
        add_all(queue, {})
    assert traces(queue) == [None, None]


def test_a_replayed_job_begins_a_trace_of_its_own(queue: Connection) -> None:
    first = enqueue(queue, traceparent=TRACE)
    queue.execute("select job_queue_replay(array[%s::bigint])", [first])
    assert traces(queue) == [TRACE, None]
    queue.execute("select job_queue_retry(array[%s::bigint])", [first])
    assert job(queue, first)["traceparent"] == TRACE
