"""Every SQL statement of the playbook works as written; only its made-up ids are replaced."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import psycopg
import pytest

from supaops.db.connect import Connection
from tests.db.calls import claim, enqueue, job, value

PLAYBOOK = (Path(__file__).parents[2] / "docs" / "playbook.md").read_text(encoding="utf-8")

FENCED = [
    textwrap.dedent(block).strip()
    for block in re.findall(r"^ *```sql\n(.*?)^ *```", PLAYBOOK, re.MULTILINE | re.DOTALL)
]
INLINE = re.findall(r"`(select [^`]+;)`", PLAYBOOK)

PAUSE = "select vault.update_secret("
SMOKE = "with secrets as ("
REPLAY = "status = 'pending'"
FRESH = "select job_queue_enqueue("
CANCEL = "status = 'cancelled'"
CLEANUP = "select job_queue_cleanup("
COVERED = (PAUSE, SMOKE, REPLAY, FRESH, CANCEL, CLEANUP)

STATES = ("pending", "running", "succeeded", "failed", "cancelled")


def statement(mark: str) -> str:
    """Return the one fenced statement that contains a text."""
    [found] = [text for text in FENCED if mark in text]
    return found


def in_state(db: Connection, state: str) -> int:
    """Return the id of a job in a state, its attempts used up where it had any."""
    job_id = enqueue(db, "game_platform_sync", max_attempts=1)
    if state in ("running", "succeeded", "failed"):
        claim(db)
    match state:
        case "succeeded":
            db.execute("select job_queue_mark_succeeded(%s)", [job_id])
        case "failed":
            db.execute("select job_queue_mark_failed(%s, 'boom')", [job_id])
        case "cancelled":
            db.execute("select job_queue_cancel(array[%s::bigint])", [job_id])
    return job_id


def test_no_fenced_statement_is_left_out() -> None:
    assert len(FENCED) == len(COVERED)
    for mark in COVERED:
        statement(mark)


@pytest.mark.parametrize("text", INLINE)
def test_an_inline_query_runs(queue: Connection, text: str) -> None:
    queue.execute(text.encode())


def test_the_inline_queries_were_found() -> None:
    assert len(INLINE) == 4


def test_pausing_replaces_the_secret(queue: Connection) -> None:
    secret_id = value(queue, "select vault.create_secret('real', 'job_queue_runner_secret')")
    text = statement(PAUSE).replace("d8a9d3fc-e58e-427a-adfe-4b749f8c081d", str(secret_id))
    queue.execute(text.encode())
    kept = queue.execute("select name, decrypted_secret from vault.decrypted_secrets").fetchall()
    assert kept == [{"name": "job_queue_runner_secret", "decrypted_secret": "PAUSED"}]


def test_the_smoke_statement_queues_a_post(queue: Connection) -> None:
    queue.execute("select vault.create_secret('http://127.0.0.1:9/', 'job_queue_worker_endpoint')")
    queue.execute("select vault.create_secret('hush', 'job_queue_runner_secret')")
    with queue.transaction(force_rollback=True):
        queue.execute("delete from net.http_request_queue")
        request_id = value(queue, statement(SMOKE))
        [row] = queue.execute("select * from net.http_request_queue").fetchall()
    assert (row["id"], row["url"]) == (request_id, "http://127.0.0.1:9/")
    assert row["headers"]["x-job-runner-secret"] == "hush"
    assert bytes(row["body"]) == b'{"limit": 1}'


@pytest.mark.parametrize("state", STATES)
def test_a_replay_runs_the_job_again_and_fences_whoever_held_it(
    queue: Connection, state: str
) -> None:
    job_id = in_state(queue, state)
    held = job(queue, job_id)["lease_id"]
    queue.execute(statement(REPLAY).replace("<job-id>", str(job_id)).encode())
    row = job(queue, job_id)
    assert (row["status"], row["last_error"], row["completed_at"]) == ("pending", None, None)
    assert [each["id"] for each in claim(queue)] == [job_id]
    if held is not None:
        assert not value(queue, "select job_queue_mark_succeeded(%s, %s)", job_id, held)


@pytest.mark.parametrize("state", STATES)
def test_a_cancel_ends_the_job_and_fences_whoever_held_it(queue: Connection, state: str) -> None:
    job_id = in_state(queue, state)
    queue.execute(statement(CANCEL).replace("<job-id>", str(job_id)).encode())
    row = job(queue, job_id)
    assert row["status"] == "cancelled"
    assert row["completed_at"] is not None
    assert claim(queue) == []
    assert not value(queue, "select job_queue_mark_succeeded(%s)", job_id)


def test_a_made_up_id_is_refused_by_its_type(queue: Connection) -> None:
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        queue.execute(statement(REPLAY).encode())


def test_a_fresh_job_is_enqueued(queue: Connection) -> None:
    job_id = value(queue, statement(FRESH))
    assert job(queue, job_id)["payload"] == {"dryRun": False}
    assert [row["id"] for row in claim(queue)] == [job_id]


def test_a_manual_cleanup_removes_what_is_older_and_keeps_failed_jobs(queue: Connection) -> None:
    for state in ("succeeded", "cancelled", "failed"):
        in_state(queue, state)
    queue.execute("update job_queue set completed_at = now() - interval '8 days'")
    young = in_state(queue, "succeeded")
    assert value(queue, statement(CLEANUP)) == 2
    rows = queue.execute("select id, status from job_queue order by id").fetchall()
    assert [row["status"] for row in rows] == ["failed", "succeeded"]
    assert rows[1]["id"] == young
