"""Which signed calls a worker takes, whatever it is written in; see docs/explanation/secrets.md."""

from __future__ import annotations

import time
from itertools import count
from typing import Any

import httpx
import pytest

from supaops.db.connect import Connection
from supaops.worker.http.signature import sign, signing_key
from tests.conformance.workers import Worker
from tests.projects import Project
from tests.waiting import until
from tests.worker.queue_rows import enqueue, row

pytestmark = pytest.mark.stack

BODY = b'{"limit": 1}'
_numbers = count(int(time.time()))


def signed(
    worker: Worker,
    *,
    id_: str = "",
    age: int = 0,
    body: bytes = BODY,
    secret: str = "",
    beside: dict[str, str] | None = None,
) -> dict[str, str]:
    """Return the headers of a call that is signed now with the worker's secret, or otherwise."""
    name, moment = id_ or f"msg_{next(_numbers)}", int(time.time()) - age
    signature = sign(signing_key(secret or worker.secret), name, moment, body).decode()
    return {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(moment),
        "webhook-signature": signature,
        **(beside or {}),
    }


def post(worker: Worker, headers: dict[str, str]) -> httpx.Response:
    return worker.raw("POST", headers=headers, content=BODY)


def test_signed_post_runs_jobs_without_the_secret(worker: Worker, db: Connection) -> None:
    job_id = enqueue(db, "echo")
    answer = post(worker, signed(worker))
    assert (answer.status_code, answer.json()["succeeded"]) == (200, 1)
    assert row(db, job_id)["status"] == "succeeded"


def test_one_good_signature_of_several_is_enough(worker: Worker) -> None:
    id_ = f"msg_{next(_numbers)}"
    good, wrong = (signed(worker, id_=id_, secret=each) for each in ("", "another"))
    both = f"v2,x {wrong['webhook-signature']} {good['webhook-signature']}"
    assert post(worker, {**good, "webhook-signature": both}).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "another"},
        {"body": b"{}"},
        {"age": 400},
        {"age": -400},
        {"id_": "get_1"},
        {"id_": "4711"},
        {"id_": "4711_n0nce", "beside": {"x-supaops-dispatch": "4711"}},
        {
            "id_": "4711_n0nce",
            "beside": {"x-supaops-dispatch": "4711", "x-supaops-nonce": "another"},
        },
        {"id_": "a.b"},
        {"beside": {"webhook-id": ""}},
        {"beside": {"webhook-timestamp": "now"}},
        {"beside": {"webhook-signature": "v1,"}},
        {"beside": {"webhook-signature": ""}},
    ],
)
def test_wrongly_signed_post_is_the_same_401_and_claims_nothing(
    worker: Worker, db: Connection, wrong: dict[str, Any]
) -> None:
    job_id = enqueue(db, "echo")
    answer = post(worker, signed(worker, **wrong))
    assert (answer.status_code, answer.json()) == (401, {"error": "unauthorized"})
    assert row(db, job_id)["status"] == "pending"


def test_signed_post_is_taken_once(worker: Worker) -> None:
    headers = signed(worker)
    assert [post(worker, headers).status_code for _ in range(2)] == [200, 401]


def test_signed_post_of_another_database_is_409(worker: Worker) -> None:
    guard = {"x-supaops-dispatch": "4711", "x-supaops-nonce": "n0nce"}
    assert post(worker, signed(worker, id_="4711_n0nce", beside=guard)).status_code == 409


def test_description_has_a_signature_of_its_own(worker: Worker) -> None:
    for id_, status in (("get_2", 200), ("msg_2", 401)):
        answer = worker.raw("GET", headers=signed(worker, id_=id_, body=b""))
        assert answer.status_code == status


def test_value_that_is_rotated_in_is_good_in_the_header(
    worker: Worker, project: Project, db: Connection
) -> None:
    name = project.config.worker.secret
    db.execute(
        "insert into supaops.secret_value (secret, digest) select %s,"
        " encode(sha256(secret_salt || convert_to(%s, 'UTF8')), 'hex') from supaops.installation",
        [name, f"{name}:the next one"],
    )
    try:
        headers = {"x-job-runner-secret": "the next one"}
        until(lambda: worker.raw("POST", headers=headers).status_code == 200)
    finally:
        db.execute("delete from supaops.secret_value")
