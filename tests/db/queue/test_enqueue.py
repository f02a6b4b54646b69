"""Enqueueing: defaults, refusals, batches, dedup keys."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import LiteralString

import psycopg
import pytest

from supaops.db.connect import Connection
from tests.db.calls import WAITING, claim, column, enqueue, job, value
from tests.waiting import until


def test_a_job_gets_what_its_task_type_declares(queue: Connection) -> None:
    row = job(queue, enqueue(queue, "report"))
    assert (row["queue"], row["max_attempts"], row["priority"]) == ("reports", 5, 0)
    assert (row["status"], row["payload"], row["attempts"]) == ("pending", {}, 0)


def test_arguments_override_the_declaration(queue: Connection) -> None:
    row = job(queue, enqueue(queue, queue="side", priority=-3, max_attempts=9))
    assert (row["queue"], row["priority"], row["max_attempts"]) == ("side", -3, 9)


def test_null_arguments_mean_the_defaults(queue: Connection) -> None:
    row = job(queue, enqueue(queue, payload=None, run_at=None, priority=None))
    assert (row["payload"], row["priority"]) == ({}, 0)


def test_a_past_run_at_does_not_jump_the_queue(queue: Connection) -> None:
    first = enqueue(queue)
    second = enqueue(queue, run_at=datetime(2001, 1, 1, tzinfo=UTC))
    assert [row["id"] for row in claim(queue, 1)] == [first]
    assert [row["id"] for row in claim(queue, 1)] == [second]


def test_an_unknown_task_type_is_refused_with_the_known_ones_and_the_remedy(
    queue: Connection,
) -> None:
    with pytest.raises(psycopg.Error) as caught:
        enqueue(queue, "game_platform_snyc")
    assert caught.value.sqlstate == "JQ001"
    diagnosis = caught.value.diag
    assert diagnosis.message_primary == "unknown task type 'game_platform_snyc'"
    assert diagnosis.message_detail == (
        "Declared task types: game_platform_sync, patient, plain, report, supaops_smoke."
    )
    assert diagnosis.message_hint == (
        "Did you mean 'game_platform_sync'? Declare it under queue.task_types in"
        " ops/config/job_queue.yaml, deploy a worker that has a handler for it,"
        " then run: supaops apply"
    )


@pytest.mark.parametrize(
    ("wanted", "nearest"),
    [
        ("plian", None),
        ("plains", "plain"),
        ("Report", "report"),
        ("game-platform-sync", "game_platform_sync"),
        ("sync_game_platform", "game_platform_sync"),
        ("supaops_smok", "supaops_smoke"),
        ("ghost", None),
        ("x", None),
        ("", None),
        (None, None),
    ],
)
def test_the_most_similar_task_type_is_found(
    queue: Connection, wanted: str | None, nearest: str | None
) -> None:
    assert value(queue, "select supaops.nearest_task_type(%s)", wanted) == nearest


def test_the_remedy_for_an_unknown_task_type_names_the_environment(queue: Connection) -> None:
    queue.execute("update supaops.environment set name = 'staging'")
    with pytest.raises(psycopg.Error) as caught:
        enqueue(queue, "ghost")
    assert str(caught.value.diag.message_hint).startswith("Declare it under")
    assert str(caught.value.diag.message_hint).endswith("supaops apply --env staging")


def test_a_payload_that_breaks_its_schema_is_refused_with_every_fault(queue: Connection) -> None:
    with pytest.raises(psycopg.Error) as caught:
        enqueue(queue, "game_platform_sync", payload=json.dumps({"dryRun": "yes", "other": 1}))
    assert caught.value.sqlstate == "JQ002"
    message = str(caught.value.diag.message_primary)
    assert "$.dryRun: expected boolean, got string" in message
    assert '$: unknown key "other"' in message


def test_a_batch_keeps_its_order(queue: Connection) -> None:
    batch = [{"task_type": "plain", "payload": {"n": n}} for n in range(300)]
    ids = value(queue, "select job_queue_enqueue_many(%s::jsonb)", json.dumps(batch))
    stored = {row["id"]: row["payload"]["n"] for row in queue.execute("select * from job_queue")}
    assert [stored[each] for each in ids] == list(range(300))


def test_a_batch_accepts_every_argument_of_a_single_job(queue: Connection) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    full = {
        "task_type": "plain",
        "payload": {"a": 1},
        "run_at": later.isoformat(),
        "queue": "side",
        "priority": 5,
        "max_attempts": 7,
    }
    [job_id] = value(queue, "select job_queue_enqueue_many(%s::jsonb)", json.dumps([full]))
    row = job(queue, job_id)
    assert (row["payload"], row["queue"], row["priority"]) == ({"a": 1}, "side", 5)
    assert (row["max_attempts"], row["run_at"], row["ready_at"]) == (7, later, later)


@pytest.mark.parametrize(
    ("bad", "sqlstate", "message"),
    [
        ({"task_type": "nope"}, "JQ001", "jobs[1]: unknown task type 'nope'"),
        ({}, "JQ001", "jobs[1]: unknown task type null"),
        (
            {"task_type": "game_platform_sync", "payload": {"dryRun": 1}},
            "JQ002",
            (
                "jobs[1]: payload of 'game_platform_sync' breaks its declared schema: "
                "$.dryRun: expected boolean, got number"
            ),
        ),
        ({"task_type": "plain", "payloda": {}}, "22023", "jobs[1]: unknown key 'payloda'"),
        (7, "22023", "jobs[1]: expected an object, found number"),
    ],
)
def test_a_batch_with_one_bad_job_adds_none_and_names_the_place(
    queue: Connection, bad: object, sqlstate: str, message: str
) -> None:
    batch = json.dumps([{"task_type": "plain"}, bad])
    with pytest.raises(psycopg.Error) as caught:
        value(queue, "select job_queue_enqueue_many(%s::jsonb)", batch)
    assert (caught.value.sqlstate, caught.value.diag.message_primary) == (sqlstate, message)
    assert value(queue, "select count(*) from job_queue") == 0


@pytest.mark.parametrize("text", ['{"task_type": "plain"}', "null", None])
def test_a_batch_that_is_no_array_is_refused(queue: Connection, text: str | None) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="expected a JSON array"):
        value(queue, "select job_queue_enqueue_many(%s::jsonb)", text)


def test_an_empty_batch_adds_nothing(queue: Connection) -> None:
    assert value(queue, "select job_queue_enqueue_many('[]')") == []


def test_a_live_dedup_key_returns_the_job_that_holds_it(queue: Connection) -> None:
    first = enqueue(queue, dedup_key="daily")
    assert enqueue(queue, dedup_key="daily") == first
    assert enqueue(queue, dedup_key="daily", queue="side") != first
    claim(queue, 2)
    assert enqueue(queue, dedup_key="daily") == first, "a running job is live"


def test_a_duplicate_that_is_to_be_rejected_names_the_job_that_holds_its_key(
    queue: Connection,
) -> None:
    first = enqueue(queue, dedup_key="daily", on_duplicate="reject")
    with pytest.raises(psycopg.errors.UniqueViolation) as caught:
        enqueue(queue, dedup_key="daily", on_duplicate="reject")
    message = f"job {first} holds the dedup_key 'daily' in queue 'default'"
    assert caught.value.diag.message_primary == message
    assert "cancel it, or enqueue with on_duplicate => 'keep'" in str(caught.value)
    assert column(queue, "select id from job_queue") == [first]
    assert enqueue(queue, dedup_key="daily", on_duplicate="keep") == first
    assert enqueue(queue, dedup_key="daily", on_duplicate=None) == first
    assert enqueue(queue, on_duplicate="reject") != first, "without a key there is no duplicate"
    claim(queue, 2)
    queue.execute("select job_queue_mark_succeeded(%s)", [first])
    assert enqueue(queue, dedup_key="daily", on_duplicate="reject") != first


def test_a_batch_with_a_duplicate_to_be_rejected_adds_none_and_names_its_place(
    queue: Connection,
) -> None:
    batch = [
        {"task_type": "plain"},
        {"task_type": "plain", "dedup_key": "b", "on_duplicate": "keep"},
        {"task_type": "plain", "dedup_key": "a", "on_duplicate": "reject"},
    ]
    statement = "select job_queue_enqueue_many(%s::jsonb)"
    holder = value(queue, statement, json.dumps(batch))[2]
    with pytest.raises(psycopg.errors.UniqueViolation) as caught:
        value(queue, statement, json.dumps(batch))
    assert caught.value.diag.message_primary == (
        f"jobs[2]: job {holder} holds the dedup_key 'a' in queue 'default'"
    )
    assert value(queue, "select count(*) from job_queue") == 3
    batch[2]["on_duplicate"] = "keep"
    assert value(queue, statement, json.dumps(batch))[1:] == [holder - 1, holder]


def test_of_racing_enqueues_that_reject_duplicates_exactly_one_adds_its_job(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    added: list[int] = []
    refused: list[psycopg.errors.UniqueViolation] = []
    start = threading.Barrier(4)

    def race(db: Connection) -> None:
        for n in range(25):
            start.wait()
            try:
                added.append(enqueue(db, dedup_key=f"key {n}", on_duplicate="reject"))
            except psycopg.errors.UniqueViolation as error:
                refused.append(error)

    threads = [threading.Thread(target=race, args=(another(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(added), len(refused)) == (25, 75)
    assert sorted(added) == column(queue, "select id from job_queue order by id")


@pytest.mark.parametrize(
    "ending",
    [
        "select job_queue_mark_succeeded(%s)",
        "select job_queue_mark_failed(%s, 'the last time')",
        "select job_queue_cancel(array[%s::bigint])",
        "update job_queue set status = 'failed' where id = %s",
        "update supaops.lease set expires_at = now() where %s = any (job_ids)",
        "delete from job_queue where id = %s",
    ],
)
def test_a_dedup_key_is_free_again_once_its_job_has_ended(
    queue: Connection, ending: LiteralString
) -> None:
    first = enqueue(queue, dedup_key="daily", max_attempts=1)
    claim(queue)
    queue.execute(ending, [first])
    claim(queue)
    assert enqueue(queue, dedup_key="daily") != first


def test_a_retried_attempt_keeps_its_dedup_key(queue: Connection) -> None:
    first = enqueue(queue, dedup_key="daily")
    claim(queue)
    queue.execute("select job_queue_mark_failed(%s, 'again')", [first])
    assert enqueue(queue, dedup_key="daily") == first


def test_a_batch_may_name_the_same_dedup_key_twice(queue: Connection) -> None:
    batch = [{"task_type": "plain", "dedup_key": key} for key in ("a", "b", "a")]
    first, second, third = value(
        queue, "select job_queue_enqueue_many(%s::jsonb)", json.dumps(batch)
    )
    assert first == third != second


def test_a_batch_with_dedup_keys_runs_in_its_own_order(queue: Connection) -> None:
    batch = [{"task_type": "plain", "dedup_key": key} for key in ("c", "a", None, "b")]
    ids = value(queue, "select job_queue_enqueue_many(%s::jsonb)", json.dumps(batch))
    assert [claim(queue)[0]["id"] for _ in ids] == ids == sorted(ids)


def test_batches_with_the_same_dedup_keys_in_opposite_order_do_not_deadlock(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    """One key of each batch is held up, so that both have begun before either ends."""
    ids: list[list[int]] = []

    def enqueue_many(keys: list[str]) -> None:
        batch = json.dumps([{"task_type": "plain", "dedup_key": key} for key in keys])
        ids.append(value(another(), "select job_queue_enqueue_many(%s::jsonb)", batch))

    orders = (["a", "m", "z"], ["z", "n", "a"])
    threads = [threading.Thread(target=enqueue_many, args=(keys,)) for keys in orders]
    holder = another()
    with holder.transaction():
        for key in ("m", "n"):
            enqueue(holder, dedup_key=key)
        for thread in threads:
            thread.start()
        until(lambda: value(queue, WAITING) == 2)
    for thread in threads:
        thread.join()
    assert len({job_id for batch in ids for job_id in batch}) == 4


def test_racing_enqueues_with_one_dedup_key_make_one_job(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    ids: list[int] = []
    start = threading.Barrier(8)

    def enqueue_often(db: Connection) -> None:
        start.wait()
        ids.extend(enqueue(db, dedup_key=f"key {n}") for n in range(25))

    threads = [threading.Thread(target=enqueue_often, args=(another(),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(ids), len(set(ids))) == (200, 25)
    assert sorted(set(ids)) == column(queue, "select id from job_queue order by id")


def test_an_enqueue_waits_for_the_outcome_of_a_duplicate_in_flight(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    other = another()
    with other.transaction(force_rollback=True):
        rolled_back = enqueue(other, dedup_key="daily")
        result: list[int] = []
        thread = threading.Thread(target=lambda: result.append(enqueue(queue, dedup_key="daily")))
        thread.start()
    thread.join()
    assert result != [rolled_back]
    assert job(queue, result[0])["status"] == "pending"
