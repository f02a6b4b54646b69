"""What a worker makes of an answer that is no answer."""

from __future__ import annotations

import json

import pytest

from supaops.errors import ConnectionFailed
from supaops.worker.transports.data_api.refusals import refusal

ORIGIN = "https://abc.supabase.co"


def told(code: str, message: str = "so it is", hint: str | None = None) -> bytes:
    """Return a body as PostgREST writes it."""
    return json.dumps({"code": code, "message": message, "details": "d", "hint": hint}).encode()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (502, b"<html>Bad Gateway</html>"),
        (503, b""),
        (504, told("PGRST003")),
        (503, told("PGRST000")),
        (503, told("PGRST001")),
        (503, told("PGRST002")),
        (429, b"{}"),
        (521, b"error code: 521"),
        (500, b"[]"),
        (503, told("08006")),
        (503, told("53300")),
        (503, told("57P01")),
        (500, told("57014")),
        (500, told("40001")),
        (500, told("40P01")),
        (500, told("55P03")),
        (405, told("25006")),
    ],
)
def test_what_may_pass_is_tried_again(status: int, body: bytes) -> None:
    assert isinstance(refusal(ORIGIN, status, body), ConnectionFailed)


@pytest.mark.parametrize(
    ("status", "body", "hint"),
    [
        (401, b'{"message": "Invalid API key"}', "check the key that worker.supabase.service_key"),
        (401, told("PGRST301"), "renew the key"),
        (401, told("42501"), "must be the key of the role service_role"),
        (403, told("42501"), "must be the key of the role service_role"),
        (404, told("PGRST202", hint="Perhaps you meant"), "apply the queue with this version"),
        (406, told("PGRST106"), "must expose the schema"),
        (400, told("JQ001", hint="declare it"), "declare it"),
        (400, told("22P02"), None),
        (500, told("P0002"), None),
        (500, told("55000"), None),
        (301, b"", None),
    ],
)
def test_what_will_not_pass_is_not_and_says_what_to_do(
    status: int, body: bytes, hint: str | None
) -> None:
    error = refusal(ORIGIN, status, body)
    assert not isinstance(error, ConnectionFailed)
    assert (error.hint or "").startswith(hint or "") or (hint and hint in (error.hint or ""))
    assert bool(error.hint) == bool(hint)


def test_message_names_the_api_the_cause_and_its_code() -> None:
    error = refusal(ORIGIN, 400, told("JQ001", "unknown task type"))
    assert str(error) == f"the Data API at {ORIGIN}: unknown task type (SQLSTATE JQ001)"
    assert "(PGRST202)" in str(refusal(ORIGIN, 404, told("PGRST202")))
    assert str(refusal(ORIGIN, 418, b"<html>")).endswith("HTTP 418 I'm a Teapot")


def test_details_are_left_out_since_they_may_quote_a_row() -> None:
    body = json.dumps({"code": "23514", "message": "m", "details": "row (s3cret)"}).encode()
    error = refusal(ORIGIN, 400, body)
    assert "s3cret" not in f"{error} {error.hint}"
