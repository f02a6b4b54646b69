"""What becomes of jobs, whatever runs them and however it reaches the queue."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from supaops.db.connect import Connection
from supaops.local import Stack
from tests.conformance.conftest import OVERLAY
from tests.conformance.workers import Start, Worker
from tests.projects import Project
from tests.waiting import until
from tests.worker.queue_rows import row

pytestmark = pytest.mark.stack

_ENQUEUE = "select public.job_queue_enqueue(%s, %s, max_attempts => %s) as id"
_RUNS_AT = "select run_at - now() as wait from public.job_queue where id = %s"
_TAKE_OVER = """
update supaops.lease set expires_at = now() - interval '1 s' where closed_at is null;
select * from public.job_queue_claim(1, 'the other', lease => '1 min');
"""


def enqueue(db: Connection, task_type: str, payload: Any = None, attempts: int = 5) -> int:
    """Enqueue one job and return its id."""
    found = db.execute(_ENQUEUE, [task_type, Jsonb(payload or {}), attempts]).fetchall()
    return int(found[0]["id"])


def wait(db: Connection, job_id: int) -> timedelta:
    """Return how long a job waits for its next attempt."""
    waiting: timedelta = db.execute(_RUNS_AT, [job_id]).fetchall()[0]["wait"]
    return waiting


TEXTS = {
    "astral": "\U0001f600 \u00e9 \u2028 \ufeff",
    "quotes": "\" ' \\ $$ {} ; --",
    "control": "\x01\x1f\t\r\n",
    "": "an empty key",
    "deep": [[[[{"a": [None, True, False, 0, -1, 1.5, ""]}]]]],
}


def test_job_succeeds_with_what_its_handler_returned(worker: Worker, db: Connection) -> None:
    job_id = enqueue(db, "echo", TEXTS)
    assert worker.run() == {"claimed": 1, "succeeded": 1}
    done = row(db, job_id)
    assert (done["status"], done["result"], done["attempts"]) == ("succeeded", TEXTS, 1)
    assert done["last_error"] is None
    assert done["worker"]


def test_limit_is_how_many_are_claimed(worker: Worker, db: Connection) -> None:
    for _ in range(3):
        enqueue(db, "echo")
    assert worker.run(2) == {"claimed": 2, "succeeded": 2}
    assert worker.run(2) == {"claimed": 1, "succeeded": 1}
    assert worker.run(2) == {}


def test_batch_of_fifty_is_done_by_one_post(worker: Worker, db: Connection) -> None:
    jobs = [enqueue(db, "echo", {"n": n}) for n in range(50)]
    counts = worker.run(1000)
    assert counts["claimed"] == counts.get("succeeded", 0) + counts.get("running", 0) == 50
    until(lambda: all(row(db, each)["status"] == "succeeded" for each in jobs))
    assert [row(db, each)["result"]["n"] for each in jobs] == list(range(50))


def test_failed_attempt_waits_for_its_backoff(worker: Worker, db: Connection) -> None:
    job_id = enqueue(db, "fail")
    assert worker.run() == {"claimed": 1, "retried": 1}
    failed = row(db, job_id)
    assert (failed["status"], failed["attempts"], failed["completed_at"]) == ("pending", 1, None)
    assert "bad luck" in failed["last_error"].splitlines()[0]
    assert timedelta(seconds=10) < wait(db, job_id) <= timedelta(seconds=20)


def test_last_attempt_that_fails_ends_the_job(worker: Worker, db: Connection) -> None:
    job_id = enqueue(db, "fail", attempts=1)
    assert worker.run() == {"claimed": 1, "failed": 1}
    assert row(db, job_id)["status"] == "failed"


def test_discarded_job_fails_for_good_whatever_attempts_are_left(
    worker: Worker, db: Connection
) -> None:
    job_id = enqueue(db, "discard")
    assert worker.run() == {"claimed": 1, "failed": 1}
    failed = row(db, job_id)
    assert (failed["status"], failed["attempts"], failed["max_attempts"]) == ("failed", 1, 5)
    assert "can never succeed" in failed["last_error"]


def test_handler_says_when_the_next_attempt_comes(worker: Worker, db: Connection) -> None:
    job_id = enqueue(db, "again")
    assert worker.run() == {"claimed": 1, "retried": 1}
    assert "too early" in row(db, job_id)["last_error"]
    assert timedelta(seconds=40) < wait(db, job_id) <= timedelta(seconds=60)


def test_task_type_without_a_handler_fails_the_attempt_to_be_retried(
    worker: Worker, db: Connection
) -> None:
    job_id = enqueue(db, "nobodys")
    assert worker.run() == {"claimed": 1, "retried": 1}
    assert "no handler for task type 'nobodys'" in row(db, job_id)["last_error"]


@pytest.mark.parametrize("payload", [{"seconds": "a while"}, {}, [1]])
def test_payload_that_its_handler_cannot_take_fails_for_good_and_is_not_repeated(
    worker: Worker, db: Connection, payload: Any
) -> None:
    job_id = enqueue(db, "slow", payload)
    assert worker.run() == {"claimed": 1, "failed": 1}
    error = row(db, job_id)["last_error"]
    assert error.startswith("InvalidPayload: ")
    assert "a while" not in error


def test_slow_job_is_counted_as_running_and_ends_after_the_answer(
    worker: Worker, db: Connection
) -> None:
    job_id = enqueue(db, "slow", {"seconds": 2})
    assert worker.run() == {"claimed": 1, "running": 1}
    assert row(db, job_id)["status"] == "running"
    until(lambda: row(db, job_id)["status"] == "succeeded")
    assert row(db, job_id)["result"] == "slept"
    assert row(db, job_id)["attempts"] == 1


def test_slow_job_is_given_back_at_the_answer_where_the_configuration_says_so(
    start: Start, stack: Stack, db: Connection, tmp_path: Path
) -> None:
    job_id = enqueue(db, "slow", {"seconds": 15}, attempts=1)
    impatient = OVERLAY.replace("  timeout: 2s\n", "  timeout: 2s\n  on_deadline: give_back\n")
    with start(Project.make(tmp_path, stack, impatient), {}) as worker:
        assert worker.run() == {"claimed": 1, "given_back": 1}
        assert worker.description["running"] == 0
    back = row(db, job_id)
    assert (back["status"], back["attempts"], back["max_attempts"]) == ("pending", 0, 1)


def test_cancelled_job_is_stopped_while_it_runs(worker: Worker, db: Connection) -> None:
    job_id = enqueue(db, "slow", {"seconds": 15})
    assert worker.run() == {"claimed": 1, "running": 1}
    db.execute("select public.job_queue_cancel(array[%s]::bigint[])", [job_id])
    until(lambda: worker.description["running"] == 0, seconds=10)
    assert row(db, job_id)["status"] == "cancelled"


def test_job_that_another_worker_took_over_is_stopped_and_stays_the_others(
    worker: Worker, db: Connection
) -> None:
    job_id = enqueue(db, "slow", {"seconds": 15})
    assert worker.run() == {"claimed": 1, "running": 1}
    db.execute(_TAKE_OVER)
    until(lambda: worker.description["running"] == 0, seconds=10)
    taken = row(db, job_id)
    assert (taken["status"], taken["worker"], taken["result"]) == ("running", "the other", None)


def test_jobs_that_a_handler_adds_come_with_its_success(worker: Worker, db: Connection) -> None:
    job_id = enqueue(db, "spawn")
    assert worker.run(1) == {"claimed": 1, "succeeded": 1}
    [added] = db.execute(
        "select task_type, payload from public.job_queue where id > %s", [job_id]
    ).fetchall()
    assert (added["task_type"], added["payload"]) == ("echo", {"from": job_id})


def test_jobs_that_a_handler_adds_go_with_its_failure(worker: Worker, db: Connection) -> None:
    job_id = enqueue(db, "spawn", {"fail": True})
    assert worker.run(1) == {"claimed": 1, "retried": 1}
    assert db.execute("select from public.job_queue where id > %s", [job_id]).fetchall() == []
