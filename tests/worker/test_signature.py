"""Which signed calls are let in."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook

from supaops.db.rotation import KnownValues
from supaops.worker.execution import Executor
from supaops.worker.handlers import Handlers
from supaops.worker.http.app import application
from supaops.worker.http.credentials import Credentials
from supaops.worker.http.endpoint import Endpoint
from supaops.worker.http.signature import NotSigned, Replays, parse_signed, sign, signing_key
from supaops.worker.runner import Runner
from supaops.worker.settings import Settings
from tests.worker.fake_queue import FakeQueue
from tests.worker.rig import no_connection

pytestmark = pytest.mark.anyio

SECRET = "s3cret-of-the-runner"
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
RUN, NOW, WINDOW = "/api/jobs/run", 1_700_000_000, 300
BODY = b'{"limit": 1}'


class Worker:
    """An endpoint whose clock stands still, and what it is told of rotations."""

    def __init__(self, secret: str = SECRET) -> None:
        self.queue = FakeQueue()
        self.now: float = NOW
        self.retired: frozenset[str] = frozenset()
        self.settings = Settings(
            header="x-job-runner-secret",
            secret=SecretStr(secret),
            batch_limit=5,
            timeout=timedelta(seconds=10),
            lease=timedelta(minutes=5),
        )
        executor = Executor(Handlers(), no_connection)
        self.runner = Runner(self.queue, executor, concurrency=5, lease=self.settings.lease)

    async def known(self) -> KnownValues:
        return KnownValues(retired=self.retired)

    @asynccontextmanager
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        credentials = Credentials(self.settings, self.known, wall_clock=lambda: self.now)
        endpoint = Endpoint(self.settings, self.runner, credentials=credentials, environ={})
        transport = httpx.ASGITransport(app=application(endpoint))
        async with httpx.AsyncClient(transport=transport, base_url="http://worker") as client:
            yield client
        await self.runner.close(grace=timedelta(0))


@pytest.fixture
def worker() -> Worker:
    return Worker()


@pytest.fixture
async def client(worker: Worker) -> AsyncIterator[httpx.AsyncClient]:
    async with worker.client() as client:
        yield client


def signed(
    id_: str = "msg_1", at: int = NOW, body: bytes = BODY, secret: str = SECRET
) -> dict[str, str]:
    return {
        "content-type": "application/json",
        "webhook-id": id_,
        "webhook-timestamp": str(at),
        "webhook-signature": sign(signing_key(secret), id_, at, body).decode(),
    }


def of_the_guard(dispatch: str, nonce: str) -> dict[str, str]:
    return {"x-supaops-dispatch": dispatch, "x-supaops-nonce": nonce}


async def test_a_signed_post_is_served_without_the_secret(
    client: httpx.AsyncClient, worker: Worker
) -> None:
    response = await client.post(RUN, headers=signed(), content=BODY)
    assert response.status_code == 200
    assert [limit for limit, _ in worker.queue.claims] == [1]


async def test_what_the_library_of_standard_webhooks_signs_is_served() -> None:
    worker = Worker(KEY)
    moment = datetime.fromtimestamp(NOW, UTC)
    signature = Webhook(KEY).sign("msg_2", moment, BODY.decode())
    headers = {**signed("msg_2"), "webhook-signature": signature}
    async with worker.client() as client:
        assert (await client.post(RUN, headers=headers, content=BODY)).status_code == 200


@pytest.mark.parametrize("offset", [-WINDOW, WINDOW])
async def test_a_post_is_good_at_both_ends_of_the_replay_window(
    client: httpx.AsyncClient, offset: int
) -> None:
    headers = signed(at=NOW + offset)
    assert (await client.post(RUN, headers=headers, content=BODY)).status_code == 200


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another secret": (signed(secret="another"), "another secret, or for another body"),
    "another body": (signed(body=b'{"limit": 2}'), "another secret, or for another body"),
    "another id": ({**signed(), "webhook-id": "msg_9"}, "another secret"),
    "another time": ({**signed(), "webhook-timestamp": str(NOW + 1)}, "another secret"),
    "too old": (signed(at=NOW - WINDOW - 1), "signed 301 s ago by this clock"),
    "too new": (signed(at=NOW + WINDOW + 1), "signed 301 s ahead of this clock"),
    "too old, and forged": (signed(at=NOW - 9999, secret="another"), "another secret"),
    "no id": ({**signed(), "webhook-id": ""}, "missing or malformed"),
    "a dot in the id": (signed("a.b"), "missing or malformed"),
    "an id of no ASCII": ({**signed(), "webhook-id": b"\xe9"}, "missing or malformed"),
    "no time": ({**signed(), "webhook-timestamp": ""}, "missing or malformed"),
    "a time that is no number": ({**signed(), "webhook-timestamp": "1e9"}, "missing or malformed"),
    "another version": (
        {**signed(), "webhook-signature": signed()["webhook-signature"].replace("v1,", "v2,")},
        "another secret",
    ),
    "an empty signature": ({**signed(), "webhook-signature": "v1,"}, "another secret"),
    "a GET's signature": (signed("get_1"), "for another method"),
    "a post without its dispatch": (signed("815"), "the dispatch or its nonce"),
    "a post of another dispatch": (
        {**signed("815_abc"), **of_the_guard("816", "abc")},
        "the dispatch or its nonce",
    ),
    "a post whose nonce was taken off": (
        {**signed("815_abc"), "x-supaops-dispatch": "815"},
        "the dispatch or its nonce",
    ),
    "a post with a nonce that it had not": (
        {**signed("815"), **of_the_guard("815", "abc")},
        "the dispatch or its nonce",
    ),
    "a wrong secret beside it": (
        {**signed(secret="another"), "x-job-runner-secret": "not-it"},
        "another secret",
    ),
    "neither": ({"content-type": "application/json"}, "neither secret nor signature"),
    "a wrong secret alone": ({"x-job-runner-secret": "not-it"}, "the secret is wrong"),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_wrong_call_is_refused_in_the_same_words_and_the_log_knows_why(
    client: httpx.AsyncClient, worker: Worker, caplog: pytest.LogCaptureFixture, wrong: str
) -> None:
    headers, reason = WRONG[wrong]
    with caplog.at_level(logging.INFO, "supaops.worker"):
        response = await client.post(RUN, headers=headers, content=BODY)
    assert (response.status_code, response.json()) == (401, {"error": "unauthorized"})
    assert worker.queue.claims == []
    told = [each.getMessage() for each in caplog.records if "refused" in each.getMessage()]
    assert [reason in each for each in told] == [True]
    shown = [value for value in headers.values() if isinstance(value, str) and len(value) > 3]
    assert not [value for value in shown if value in caplog.text]


@pytest.mark.parametrize("id_", ["msg_1", "815_abc"])
async def test_a_good_signature_lets_in_beside_others_and_beside_a_wrong_secret(
    client: httpx.AsyncClient, worker: Worker, id_: str
) -> None:
    worker.queue.sent = {815: "abc"}
    wrong = signed(id_, secret="another")["webhook-signature"]
    headers = {
        **signed(id_),
        "webhook-signature": f"v1a,x {wrong} {signed(id_)['webhook-signature']}",
        "x-job-runner-secret": "not-it",
    }
    guard = of_the_guard("815", "abc") if id_ == "815_abc" else {}
    response = await client.post(RUN, headers={**headers, **guard}, content=BODY)
    assert response.status_code == 200


async def test_the_same_call_is_taken_once(client: httpx.AsyncClient) -> None:
    statuses = [
        (await client.post(RUN, headers=headers, content=BODY)).status_code
        for headers in (signed(), signed(), signed("msg_2"), signed(at=NOW + 1), signed())
    ]
    assert statuses == [200, 401, 200, 200, 401]


async def test_a_body_that_is_too_long_is_not_looked_at(client: httpx.AsyncClient) -> None:
    body = b" " * 20_000
    response = await client.post(RUN, headers=signed(body=body), content=body)
    assert response.status_code == 401


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_description_is_asked_for_by_a_signature_of_its_own(
    client: httpx.AsyncClient, worker: Worker, method: str
) -> None:
    answer = await client.request(method, RUN, headers=signed("get_1", body=b""))
    assert answer.status_code == 200
    answer = await client.request(method, RUN, headers=signed("msg_1", body=b""))
    assert answer.status_code == 401
    assert worker.queue.claims == []


async def test_a_worker_whose_own_secret_was_rotated_out_takes_no_signature(
    client: httpx.AsyncClient, worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    name = worker.settings.secret_name
    worker.retired = frozenset({KnownValues().digest(name, SECRET.encode())})
    assert (await client.post(RUN, headers=signed(), content=BODY)).status_code == 401
    assert "rotated out: start it with the new value" in caplog.text


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        ("plain", b"plain"),
        ("sécret", "sécret".encode()),
        ("whsec_YWJj", b"abc"),
        ("whsec_YQ==", b"a"),
        ("whsec_", b"whsec_"),
        ("whsec_YQ", b"whsec_YQ"),
        ("whsec_YWJj\n", b"whsec_YWJj\n"),
    ],
)
def test_a_key_is_the_secret_or_the_base64_after_its_prefix(secret: str, key: bytes) -> None:
    assert signing_key(secret) == key


def test_of_many_signatures_no_more_than_ten_are_compared() -> None:
    many = b" ".join(b"v1,%d" % n for n in range(1000))
    headers = [(b"webhook-id", b"1"), (b"webhook-timestamp", b"1"), (b"webhook-signature", many)]
    found = parse_signed(headers)
    assert found is not None
    assert len(found.signatures) == 10


def taken(replays: Replays, name: str, *, until: float, now: float) -> bool:
    try:
        replays.take(name.encode(), until=until, now=now)
    except NotSigned:
        return False
    return True


def test_a_replay_is_known_until_its_age_forbids_it_and_then_forgotten() -> None:
    replays = Replays()
    assert taken(replays, "a", until=10, now=0)
    assert not taken(replays, "a", until=10, now=10)
    assert taken(replays, "a", until=10, now=10.1)


def test_what_is_remembered_of_signatures_is_bounded() -> None:
    replays = Replays(most=3)
    assert [taken(replays, each, until=10, now=0) for each in "abcd"] == [True] * 4
    assert [taken(replays, each, until=10, now=0) for each in "dcb"] == [False] * 3
    assert taken(replays, "a", until=10, now=0)
