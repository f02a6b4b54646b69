"""The functions inside other transactions, at other levels, and many at once."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Callable
from typing import LiteralString

import psycopg
import pytest

from supaops.db.connect import Connection
from tests.db.calls import (
    ORPHANS,
    UNHELD,
    WAITING,
    claim,
    column,
    enqueue,
    expire_leases,
    job,
    value,
)
from tests.waiting import until

OPERATIONS: dict[str, LiteralString] = {
    "enqueue": "select job_queue_enqueue('plain', dedup_key => %(key)s)",
    "batch": "select job_queue_enqueue_many(%(batch)s::jsonb)",
    "claim": "select * from job_queue_claim(3)",
    "succeed": "select job_queue_mark_succeeded_many(%(ids)s, %(leases)s)",
    "fail": "select job_queue_mark_failed_many(%(ids)s, %(errors)s, %(leases)s, %(delays)s)",
    "exchange": "select job_queue_exchange(%(done)s::jsonb, null, 3)",
    "heartbeat": "select job_queue_heartbeat(%(number)s)",
    "expire": "update supaops.lease set expires_at = now() - interval '1 s' where id = %(number)s",
    "cancel": "select job_queue_cancel(%(some)s)",
    "retry": "select job_queue_retry(%(some)s)",
    "edit": "update job_queue set status = %(status)s where id = %(number)s",
    "delete": "delete from job_queue where id = %(number)s",
    "cleanup": "select job_queue_cleanup('0')",
}
STRICTER = pytest.mark.parametrize("level", list(psycopg.IsolationLevel)[2:])
STATUSES = ("pending", "running", "succeeded", "failed", "cancelled")


def arguments(chance: random.Random) -> dict[str, object]:
    """Return values for every operation; ids collide between threads on purpose."""
    ids = [chance.randrange(1, 200) for _ in range(4)]
    leases: list[int | None] = [None] * 4
    keys = chance.sample("abcdef", 6)
    return {
        "key": keys[0],
        "batch": json.dumps([{"task_type": "plain", "dedup_key": key} for key in keys]),
        "ids": ids,
        "leases": leases,
        "errors": ["x"] * 4,
        "delays": ["0"] * 4,
        "done": json.dumps([{"job_id": each} for each in ids]),
        "number": ids[0],
        "some": ids,
        "status": chance.choice(STATUSES),
    }


def test_no_mixture_of_concurrent_calls_deadlocks_or_leaves_a_trace(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    failures: Counter[str] = Counter()

    def work(db: Connection, seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311  a choice to repeat, no secret
        for _ in range(400):
            statement = OPERATIONS[chance.choice(list(OPERATIONS))]
            try:
                db.execute(statement, arguments(chance))
            except psycopg.Error as error:
                failures[error.sqlstate or str(error)] += 1

    threads = [threading.Thread(target=work, args=(another(), seed)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures.keys() <= {"23505"}, "only a dedup_key that is live elsewhere may be refused"
    assert column(queue, UNHELD) == []
    assert column(queue, ORPHANS) == []
    expire_leases(queue)
    while column(queue, "select id from job_queue where status = 'running'"):
        claim(queue, 0)
    assert value(queue, "select count(*) from supaops.lease where closed_at is null") == 0


def test_what_a_savepoint_undoes_never_was(queue: Connection) -> None:
    kept, other = enqueue(queue), enqueue(queue)
    with queue.transaction():
        with queue.transaction(force_rollback=True):
            enqueue(queue)
            claim(queue, 5)
        # After a look behind the cursors that the machine made slow, the next one is a while off.
        [row] = until(lambda: claim(queue))
        with queue.transaction(force_rollback=True):
            queue.execute("select job_queue_mark_succeeded(%s, %s)", [kept, row["lease_id"]])
    assert (job(queue, kept)["status"], job(queue, kept)["attempts"]) == ("running", 1)
    assert job(queue, other)["status"] == "pending"
    assert value(queue, "select job_queue_mark_succeeded(%s, %s)", kept, row["lease_id"]) is True


def test_a_completion_that_rolls_back_leaves_the_job_to_its_lease(queue: Connection) -> None:
    job_id = enqueue(queue)
    [row] = claim(queue)
    for verb in ("mark_succeeded_many(%s, %s)", "mark_failed_many(%s, '{boom}', %s)"):
        with queue.transaction(force_rollback=True):
            queue.execute(f"select job_queue_{verb}".encode(), [[job_id], [row["lease_id"]]])
    assert job(queue, job_id)["lease_id"] == row["lease_id"]
    assert column(queue, "select id from supaops.lease") == [row["lease_id"]]
    assert column(queue, "select job_id from supaops.attempt") == []


@STRICTER
@pytest.mark.parametrize(
    "call",
    [
        "select * from job_queue_claim()",
        "select job_queue_enqueue('plain', dedup_key => 'daily')",
        "select job_queue_cleanup('0')",
    ],
)
def test_at_a_stricter_level_the_slower_transaction_has_to_be_repeated(
    queue: Connection,
    another: Callable[[], Connection],
    level: psycopg.IsolationLevel,
    call: LiteralString,
) -> None:
    strict = another()
    strict.isolation_level = level
    job_id = enqueue(queue)
    ended = enqueue(queue)
    queue.execute("select job_queue_cancel(array[%s::bigint])", [ended])
    with strict.transaction(force_rollback=True):
        strict.execute("select from job_queue")  # the snapshot is taken
        queue.execute("update job_queue set priority = 1 where id = any (%s)", [[job_id, ended]])
        enqueue(queue, dedup_key="daily")
        with pytest.raises(psycopg.errors.SerializationFailure):
            strict.execute(call)
    with strict.transaction():
        assert strict.execute(call).fetchall()


AGAIN: dict[str, LiteralString] = {
    "alone": "select job_queue_enqueue('plain', dedup_key => 'daily')",
    "in a batch": """
      select (job_queue_enqueue_many('[{"task_type": "plain", "dedup_key": "daily"}]'))[1]
    """,
}


@STRICTER
@pytest.mark.parametrize("again", AGAIN.values(), ids=AGAIN)
def test_behind_an_old_snapshot_a_key_belongs_to_the_job_that_has_it_and_not_to_an_ended_one(
    queue: Connection,
    another: Callable[[], Connection],
    level: psycopg.IsolationLevel,
    again: LiteralString,
) -> None:
    strict = another()
    strict.isolation_level = level
    ended = enqueue(queue, dedup_key="daily")
    with strict.transaction():
        strict.execute("select from job_queue")  # the snapshot is taken
        queue.execute("select job_queue_cancel(array[%s::bigint])", [ended])
        added = enqueue(strict, dedup_key="daily")
        assert value(strict, again) == added
        refused = pytest.raises(psycopg.errors.UniqueViolation, match=f"job {added} holds")
        with refused, strict.transaction():
            enqueue(strict, dedup_key="daily", on_duplicate="reject")
    assert column(queue, "select id from job_queue where live_key = 'daily'") == [added]


@pytest.mark.parametrize("level", list(psycopg.IsolationLevel)[1:])
@pytest.mark.parametrize("is_kept", [True, False], ids=["undone", "done"])
def test_an_enqueue_waits_for_the_end_of_the_job_that_has_its_key(
    queue: Connection,
    another: Callable[[], Connection],
    level: psycopg.IsolationLevel,
    *,
    is_kept: bool,
) -> None:
    first = enqueue(queue, dedup_key="daily")
    waiting = another()
    waiting.isolation_level = level
    ids: list[int] = []
    thread = threading.Thread(target=lambda: ids.append(enqueue(waiting, dedup_key="daily")))
    ending = another()
    with ending.transaction(force_rollback=is_kept):
        ending.execute("select job_queue_cancel(array[%s::bigint])", [first])
        thread.start()
        until(lambda: value(queue, WAITING) == 1)
    thread.join()
    assert (ids == [first]) is is_kept
    assert column(queue, "select id from job_queue where live_key = 'daily'") == ids
