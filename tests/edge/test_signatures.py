"""Signed calls: which of them are let in, and what the log says of the others."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from tests.edge.conftest import AWAY, NOBODY, answer, log_of
from tests.edge.serving import Served

UNAUTHORIZED = (401, {"error": "unauthorized"})
SECRET = NOBODY["JOB_QUEUE_RUNNER_SECRET"]


def signed(
    body: str = "",
    *,
    at: timedelta = timedelta(),
    secret: str = SECRET,
    id_: str = "a",
) -> dict[str, str]:
    """Return the headers of a signed call, made by the library of Standard Webhooks."""
    moment = datetime.now(UTC) + at
    key = b64encode(secret.encode()).decode()
    return {
        "x-job-runner-secret": "",
        "webhook-id": id_,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(key).sign(id_, moment, body),
        "content-type": "application/json",
    }


def test_a_signed_post_is_let_in_once(alone: Served) -> None:
    headers = signed('{"limit": 1}', id_="once")
    assert answer(alone, content='{"limit": 1}', headers=headers) == AWAY
    assert answer(alone, content='{"limit": 1}', headers=headers) == UNAUTHORIZED
    assert "the same call was taken before" in log_of(alone)


def test_one_good_signature_among_others_is_enough(alone: Served) -> None:
    headers = signed(id_="among")
    good = headers["webhook-signature"]
    headers["webhook-signature"] = f"v1a,AAAA v1,AAAA v1,!! {good} v1"
    assert answer(alone, headers=headers) == AWAY


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        (signed("{}"), "with another secret, or for another body"),
        (signed(secret="x"), "with another secret, or for another body"),
        (signed(at=timedelta(hours=-1)), "s ago by this clock, more than worker.replay_window"),
        (signed(at=timedelta(hours=1)), "s ahead of this clock, more than worker.replay_window"),
        (signed(id_="get_1"), "for another method"),
        (signed(id_="12"), "another one than what was signed"),
        (signed(id_="12_n") | {"x-supaops-dispatch": "12"}, "another one than what was signed"),
        (signed() | {"webhook-timestamp": "soon"}, "is missing or malformed"),
        (signed() | {"webhook-id": "a.b"}, "is missing or malformed"),
    ],
)
def test_a_signature_that_is_not_good_is_401_and_the_log_says_why(
    alone: Served, headers: dict[str, str], reason: str
) -> None:
    assert answer(alone, headers=headers) == UNAUTHORIZED
    assert reason in log_of(alone).splitlines()[-2]


def test_a_signed_post_of_the_database_is_tied_to_its_dispatch_and_nonce(alone: Served) -> None:
    sent = {"x-supaops-dispatch": "12", "x-supaops-nonce": "n"}
    assert answer(alone, headers=signed(id_="12_n") | sent) == AWAY


def test_a_signed_get_needs_an_id_of_its_own(alone: Served) -> None:
    assert answer(alone, "GET", headers=signed(id_="a_post")) == UNAUTHORIZED
    assert answer(alone, "GET", headers=signed(id_="get_it"))[0] == 200


def test_a_body_too_long_to_be_checked_is_401(alone: Served) -> None:
    body = " " * 20_000
    assert answer(alone, content=body, headers=signed(body)) == UNAUTHORIZED
