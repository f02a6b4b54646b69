"""Edits by hand: from any state to any state, safe for the job and for the worker that held it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from supaops.db.connect import Connection
from tests.db.calls import claim, column, enqueue, expire_leases, job, value

STATES = ("pending", "running", "succeeded", "failed", "cancelled", "exhausted")
TARGETS = STATES[:5]


def job_in(db: Connection, state: str) -> tuple[int, int | None]:
    """Return the id of a job in a state, and the lease of its latest attempt."""
    job_id = enqueue(db, max_attempts=1 if state == "exhausted" else 3)
    lease: int | None = None
    if state not in ("pending", "cancelled"):
        lease = claim(db)[0]["lease_id"]
    match state:
        case "succeeded":
            db.execute("select job_queue_mark_succeeded(%s)", [job_id])
        case "failed":
            db.execute("update job_queue set max_attempts = 1 where id = %s", [job_id])
            db.execute("select job_queue_mark_failed(%s, 'boom')", [job_id])
        case "exhausted":
            db.execute("select job_queue_mark_failed(%s, 'last')", [job_id])
        case "cancelled":
            db.execute("select job_queue_cancel(array[%s::bigint])", [job_id])
    return job_id, lease


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("state", STATES)
def test_a_status_set_by_hand_gives_a_sound_job(queue: Connection, state: str, target: str) -> None:
    job_id, lease = job_in(queue, state)
    before = job(queue, job_id)
    queue.execute("update job_queue set status = %s where id = %s", [target, job_id])
    row = job(queue, job_id)
    assert row["status"] == target
    assert (row["ready_at"] is not None) == (target == "pending")
    assert (row["completed_at"] is not None) == (target not in ("pending", "running"))
    if target == "failed":
        assert row["last_error"]
    if before["status"] == "running" and target != "running":
        assert value(queue, "select job_queue_mark_succeeded(%s, %s)", job_id, lease) is False
        assert value(queue, "select job_queue_heartbeat(%s)", lease) == [job_id]


@pytest.mark.parametrize("state", STATES)
def test_a_job_set_to_pending_by_hand_runs_again_at_once(queue: Connection, state: str) -> None:
    job_id, _ = job_in(queue, state)
    queue.execute(
        "update job_queue set status = 'pending', run_at = now(), last_error = null,"
        " completed_at = null where id = %s",
        [job_id],
    )
    [row] = claim(queue)
    assert row["id"] == job_id
    assert row["attempts"] <= row["max_attempts"]
    assert value(queue, "select job_queue_mark_succeeded(%s, %s)", job_id, row["lease_id"])


@pytest.mark.parametrize("state", [state for state in STATES if state != "running"])
def test_a_job_set_to_running_by_hand_is_held_and_runs_again_when_forgotten(
    queue: Connection, state: str
) -> None:
    job_id, _ = job_in(queue, state)
    queue.execute("update job_queue set status = 'running' where id = %s", [job_id])
    assert claim(queue) == []
    assert job(queue, job_id)["worker"] == "postgres"
    expire_leases(queue)
    claimed = column(queue, "select id from job_queue_claim(5)")
    assert claimed == [job_id] or job(queue, job_id)["status"] == "failed"


def test_a_hand_edit_of_a_running_job_records_the_interrupted_attempt(queue: Connection) -> None:
    job_id, _ = job_in(queue, "running")
    queue.execute("update job_queue set status = 'pending' where id = %s", [job_id])
    claim(queue)
    queue.execute("update job_queue set status = 'cancelled' where id = %s", [job_id])
    assert column(queue, "select outcome from supaops.attempt order by attempt") == [
        "interrupted",
        "cancelled",
    ]


def test_other_columns_of_a_running_job_may_change_without_a_loss(queue: Connection) -> None:
    job_id, lease = job_in(queue, "running")
    queue.execute("update job_queue set payload = '[1]', priority = 3 where id = %s", [job_id])
    assert value(queue, "select job_queue_mark_succeeded(%s, %s)", job_id, lease) is True


def test_a_new_run_at_moves_a_pending_job(queue: Connection) -> None:
    later, sooner = enqueue(queue), enqueue(queue, run_at=datetime(2999, 1, 1, tzinfo=UTC))
    queue.execute("update job_queue set run_at = '2999-01-01' where id = %s", [later])
    queue.execute("update job_queue set run_at = '2001-01-01' where id = %s", [sooner])
    assert [row["id"] for row in claim(queue, 5)] == [sooner]


def test_a_running_job_that_was_put_off_by_hand_waits_when_its_worker_is_lost(
    queue: Connection,
) -> None:
    job_id = enqueue(queue)
    claim(queue)
    queue.execute("update job_queue set run_at = '2999-01-01' where id = %s", [job_id])
    expire_leases(queue)
    assert claim(queue) == []
    assert (job(queue, job_id)["status"], job(queue, job_id)["lease_id"]) == ("pending", None)


def test_a_new_queue_or_priority_takes_effect_at_once(queue: Connection) -> None:
    first, second = enqueue(queue), enqueue(queue)
    queue.execute("update job_queue set priority = -1 where id = %s", [second])
    queue.execute("update job_queue set queue = 'side' where id = %s", [first])
    assert [row["id"] for row in claim(queue, 5, queues=["default"])] == [second]
    assert [row["id"] for row in claim(queue, 5, queues=["side"])] == [first]


def test_a_max_attempts_below_what_was_tried_leaves_one_more_attempt(queue: Connection) -> None:
    job_id, _ = job_in(queue, "running")
    queue.execute("update job_queue set status = 'pending', max_attempts = 1")
    assert job(queue, job_id)["max_attempts"] == 2


@pytest.mark.parametrize(
    ("state", "edit", "message", "hint"),
    [
        ("pending", "status = 'done'", "there is no status 'done'", "pending, running"),
        ("pending", "id = 4711", "the id of a job cannot change", "Insert a new job"),
        ("pending", "completed_at = now()", "a pending job has no completed_at", "Set status"),
        ("running", "completed_at = now()", "a running job has no completed_at", "Set status"),
        ("running", "lease_id = 4711", "lease_id is given by a claim", "status = 'pending'"),
        ("running", "lease_id = null", "lease_id is given by a claim", "status = 'pending'"),
        ("succeeded", "completed_at = null", "needs its completed_at", "status = 'pending'"),
    ],
)
def test_an_edit_that_means_nothing_is_refused_with_the_remedy(
    queue: Connection, state: str, edit: str, message: str, hint: str
) -> None:
    job_id, _ = job_in(queue, state)
    before = job(queue, job_id)
    with pytest.raises(psycopg.Error) as caught:
        queue.execute(f"update job_queue set {edit} where id = {job_id}".encode())
    assert caught.value.sqlstate == "JQ003"
    assert str(caught.value.diag.message_primary).startswith(f"job {job_id}: ")
    assert message in str(caught.value.diag.message_primary)
    assert hint in str(caught.value.diag.message_hint)
    assert job(queue, job_id) == before


def test_a_job_cannot_come_alive_beside_one_with_its_dedup_key(queue: Connection) -> None:
    first = enqueue(queue, dedup_key="daily")
    queue.execute("update job_queue set status = 'cancelled' where id = %s", [first])
    second = enqueue(queue, dedup_key="daily")
    with pytest.raises(psycopg.errors.UniqueViolation) as caught:
        queue.execute("update job_queue set status = 'pending' where id = %s", [first])
    assert caught.value.diag.message_primary == (
        f"job {first} cannot be live: job {second} holds the dedup_key 'daily' in queue 'default'"
    )


def test_a_dedup_key_set_by_hand_counts(queue: Connection) -> None:
    job_id = enqueue(queue)
    queue.execute("update job_queue set dedup_key = 'daily' where id = %s", [job_id])
    assert enqueue(queue, dedup_key="daily") == job_id


def test_a_plain_insert_is_a_whole_job(queue: Connection) -> None:
    queue.execute("insert into job_queue (task_type) values ('report')")
    [row] = claim(queue)
    assert (row["queue"], row["payload"], row["max_attempts"]) == ("reports", {}, 5)


def test_a_plain_insert_honours_run_at_and_dedup_key(queue: Connection) -> None:
    queue.execute(
        "insert into job_queue (task_type, run_at, dedup_key)"
        " values ('plain', now() + interval '1 hour', 'daily')"
    )
    assert claim(queue) == []
    assert enqueue(queue, dedup_key="daily") == 1


@pytest.mark.parametrize("status", TARGETS)
def test_a_plain_insert_may_have_any_status(queue: Connection, status: str) -> None:
    queue.execute("insert into job_queue (task_type, status) values ('plain', %s)", [status])
    [row] = queue.execute("select * from job_queue").fetchall()
    assert row["status"] == status
    assert len(claim(queue)) == (status == "pending")


def test_a_running_job_put_back_from_a_copy_is_held_and_runs_again_when_forgotten(
    queue: Connection,
) -> None:
    """Its lease is not in the copy: without one of its own it would be running for ever."""
    job_id, lease = job_in(queue, "running")
    queue.execute("create temp table copy as select * from job_queue")
    queue.execute("delete from job_queue")
    queue.execute("delete from supaops.lease")
    queue.execute("insert into job_queue select * from copy")
    assert value(queue, "select job_queue_mark_succeeded(%s, %s)", job_id, lease) is False
    expire_leases(queue)
    assert [row["id"] for row in claim(queue)] == [job_id]


@pytest.mark.parametrize("state", ["pending", "succeeded", "failed", "cancelled"])
def test_any_other_job_put_back_from_a_copy_is_as_it_was(queue: Connection, state: str) -> None:
    job_id, _ = job_in(queue, state)
    before = job(queue, job_id)
    queue.execute("create temp table copy as select * from job_queue")
    queue.execute("delete from job_queue")
    queue.execute("insert into job_queue select * from copy")
    assert job(queue, job_id) == before


@pytest.mark.parametrize(
    ("columns", "values", "sqlstate"),
    [
        ("task_type", "'nope'", "JQ001"),
        ("task_type, payload", "'game_platform_sync', '{\"dryRun\": 1}'", "JQ002"),
        ("task_type, status", "'plain', 'done'", "JQ003"),
    ],
)
def test_a_plain_insert_is_refused_for_the_reasons_of_enqueue(
    queue: Connection, columns: str, values: str, sqlstate: str
) -> None:
    with pytest.raises(psycopg.Error) as caught:
        queue.execute(f"insert into job_queue ({columns}) values ({values})".encode())
    assert caught.value.sqlstate == sqlstate


def test_a_job_deleted_by_hand_takes_its_history_along_and_fences_its_worker(
    queue: Connection,
) -> None:
    job_id, _ = job_in(queue, "exhausted")
    running, lease = job_in(queue, "running")
    queue.execute("delete from job_queue")
    assert column(queue, "select job_id from supaops.attempt where job_id = %s", job_id) == []
    assert value(queue, "select job_queue_mark_succeeded(%s, %s)", running, lease) is False


def test_the_functions_own_writes_do_not_fire_the_trigger(queue: Connection) -> None:
    job_id = enqueue(queue)
    with queue.transaction(force_rollback=True):
        queue.execute(
            "create or replace function supaops.hand_edit() returns trigger language plpgsql"
            " as $$ begin raise exception 'fired'; end $$"
        )
        claim(queue)
        assert value(queue, "select job_queue_mark_failed(%s, 'x', retry_in => '0s')", job_id)
        claim(queue)
        assert value(queue, "select job_queue_mark_succeeded(%s)", job_id)
        enqueue(queue)
        claim(queue)
        expire_leases(queue)
        assert len(claim(queue)) == 1


def test_times_set_by_hand_are_kept(queue: Connection) -> None:
    job_id = enqueue(queue)
    long_ago = datetime.now(UTC) - timedelta(days=30)
    queue.execute(
        "update job_queue set status = 'succeeded', completed_at = %s where id = %s",
        [long_ago, job_id],
    )
    assert job(queue, job_id)["completed_at"] == long_ago
