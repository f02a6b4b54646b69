"""What a worker answers to a caller, whatever it is written in; see docs/explanation/worker.md."""

from __future__ import annotations

import re
from typing import Any

import pytest

from supaops.db.connect import Connection
from tests.conformance.workers import Start, Worker
from tests.projects import Project
from tests.waiting import until
from tests.worker.queue_rows import enqueue, row

pytestmark = pytest.mark.stack

NOTHING_DONE = {
    "claimed": 0,
    "succeeded": 0,
    "failed": 0,
    "retried": 0,
    "cancelled": 0,
    "refused": 0,
    "running": 0,
}
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize("body", [b"", b"{}", b'{"limit": 3}', b'{"of the future": true}'])
def test_empty_queue_is_200_and_all_counts_are_zero(worker: Worker, body: bytes) -> None:
    answer = worker.request("POST", content=body, headers=JSON)
    counts = answer.json()
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json")
    assert counts.pop("duration_ms") >= 0
    assert NOTHING_DONE.items() <= counts.items()
    assert not any(counts.values())


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("secret", [None, "", "x", "SECRET!", "SECRET SECRET"])
def test_missing_and_wrong_secret_are_one_and_the_same_401(
    worker: Worker, method: str, secret: str | None
) -> None:
    given = secret and secret.replace("SECRET", worker.secret)
    headers = {} if given is None else {"x-job-runner-secret": given}
    answer = worker.raw(method, headers=headers)
    assert (answer.status_code, answer.json()) == (401, {"error": "unauthorized"})


def test_secret_is_asked_for_before_the_body_is_looked_at(worker: Worker) -> None:
    assert worker.raw("POST", content=b"no JSON").status_code == 401
    assert worker.raw("POST", content=b" " * 20_000, headers=JSON).status_code == 401


@pytest.mark.parametrize("name", ["X-Job-Runner-Secret", "X-JOB-RUNNER-SECRET"])
def test_name_of_the_secrets_header_has_no_case(worker: Worker, name: str) -> None:
    assert worker.raw("POST", headers={name: worker.secret}).status_code == 200


@pytest.mark.parametrize(
    ("content", "status", "error"),
    [
        ({"content": b"no JSON", "headers": JSON}, 400, "the body is not JSON"),
        ({"content": b"\xff", "headers": JSON}, 400, "the body is not JSON"),
        ({"json": [1]}, 400, "the body must be a JSON object"),
        ({"json": "limit"}, 400, "the body must be a JSON object"),
        ({"json": {"limit": 0}}, 400, "limit must be at least 1"),
        ({"json": {"limit": -1}}, 400, "limit must be at least 1"),
        ({"json": {"limit": True}}, 400, "limit must be an integer"),
        ({"json": {"limit": None}}, 400, "limit must be an integer"),
        ({"json": {"limit": "1"}}, 400, "limit must be an integer"),
        ({"json": {"linger_ms": -1}}, 400, "linger_ms must be at least 0"),
        ({"json": {"linger_ms": "1"}}, 400, "linger_ms must be an integer"),
        ({"json": {"x": "x" * 20_000}}, 413, "the body is longer than 16384 bytes"),
        ({"data": {"limit": "1"}}, 415, "the content type must be application/json"),
        ({"content": b"{}"}, 415, "the content type must be application/json"),
    ],
)
def test_bad_body_is_refused_with_a_reason_and_claims_nothing(
    worker: Worker, db: Connection, content: dict[str, Any], status: int, error: str
) -> None:
    job_id = enqueue(db, "echo")
    answer = worker.request("POST", **content)
    assert (answer.status_code, answer.json()) == (status, {"error": error})
    assert row(db, job_id)["status"] == "pending"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_other_methods_are_405_and_the_answer_names_those_that_work(
    worker: Worker, method: str
) -> None:
    answer = worker.request(method)
    assert (answer.status_code, answer.json()) == (405, {"error": "Method Not Allowed"})
    allowed = {each.strip() for each in answer.headers["allow"].split(",")}
    assert {"GET", "POST"} <= allowed


def test_get_describes_the_worker_and_claims_nothing(worker: Worker, db: Connection) -> None:
    job_id = enqueue(db, "echo")
    described = worker.description
    assert re.match(r"supaops[ \w-]* \d+\.\d+", described["worker"])
    assert {"echo", "fail", "slow", "supaops_smoke"} <= set(described["handlers"])
    assert described["handlers"] == sorted(described["handlers"])
    assert (described["disabled"], described["running"]) == (False, 0)
    assert described["batch_limit"] == 50
    assert row(db, job_id)["status"] == "pending"


def test_head_is_answered_as_get_without_the_body(worker: Worker) -> None:
    answer = worker.request("HEAD")
    assert (answer.status_code, answer.content) == (200, b"")
    assert worker.raw("HEAD").status_code == 401


@pytest.mark.parametrize("dispatch", ["4711", "no number", ""])
def test_post_of_another_database_is_409_and_claims_nothing(
    worker: Worker, db: Connection, dispatch: str
) -> None:
    job_id = enqueue(db, "echo")
    headers = {"x-supaops-dispatch": dispatch, "x-supaops-nonce": "another's"}
    answer = worker.post(**headers)
    assert answer.status_code == 409
    assert answer.json() == {
        "error": "this call does not come from the database of this worker",
        "refused_by": "clone_guard",
    }
    assert row(db, job_id)["status"] == "pending"


_POSTED = """
insert into supaops.dispatch (request_id, backend_pid, nonce)
values (%s, pg_backend_pid(), 'n0nce') returning id
"""


def test_post_of_the_own_database_is_served_once(worker: Worker, db: Connection) -> None:
    [made] = db.execute(_POSTED, [2**62]).fetchall()
    sent = {"x-supaops-dispatch": str(made["id"]), "x-supaops-nonce": "n0nce"}
    job_id = enqueue(db, "echo")
    first, second = worker.post({"limit": 1}, **sent), worker.post({"limit": 1}, **sent)
    assert (first.status_code, first.json()["succeeded"]) == (200, 1)
    assert second.status_code == 409
    assert row(db, job_id)["worker"].endswith(f"#{made['id']}")


def test_disabled_worker_answers_503_to_posts_and_describes_itself(
    project: Project, start: Start, db: Connection
) -> None:
    job_id = enqueue(db, "echo")
    with start(project, {"JOB_QUEUE_DISABLED": "true"}) as worker:
        answer = worker.post()
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
        assert answer.json() == {"error": "job processing is disabled"}
        assert worker.description["disabled"] is True
        assert worker.raw("POST").status_code == 401
    assert row(db, job_id)["status"] == "pending"


_ENDPOINT = """
select vault.update_secret(s.id, %s) from vault.secrets s where s.name = 'job_queue_worker_endpoint'
"""
_POSTS = "select status_code from supaops.dispatch where id = %s"


def test_database_posts_signed_and_the_worker_does_its_jobs(worker: Worker, db: Connection) -> None:
    db.execute(_ENDPOINT, [worker.url])
    job_id = enqueue(db, "echo")
    db.execute("select public.job_queue_trigger_worker()")
    until(lambda: row(db, job_id)["status"] == "succeeded")
    dispatch = row(db, job_id)["worker"].rpartition("#")[2]
    assert until(lambda: _answer_to(db, int(dispatch))) == 200


def _answer_to(db: Connection, dispatch: int) -> int | None:
    """Return the status of what was answered to a post, once the ledger knows it."""
    db.execute("select supaops.harvest_responses()")
    [found] = db.execute(_POSTS, [dispatch]).fetchall()
    status: int | None = found["status_code"]
    return status


def test_worker_tells_the_database_that_it_is_there(
    project: Project, start: Start, db: Connection
) -> None:
    """So that a plan can warn of a task type that nobody has a handler for."""
    db.execute("delete from supaops.worker")
    found = "select handlers from supaops.worker"
    with start(project, {}) as worker:
        [registered] = until(lambda: db.execute(found).fetchall())
        assert sorted(registered["handlers"]) == worker.description["handlers"]
