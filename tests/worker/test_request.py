"""What the endpoint accepts, without HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest
from starlette.exceptions import HTTPException

from supaops.worker.http.request import parse_dispatch, parse_wish
from tests.nesting import reads_nested

JSON = "application/json"


def limit_of(body: bytes, content_type: str | None = JSON) -> int:
    return parse_wish(body, content_type, default=10, maximum=20).limit


@pytest.mark.parametrize(
    ("body", "limit"),
    [
        (b"", 10),
        (b"{}", 10),
        (b'{"limit": 1}', 1),
        (b'{"limit": 20}', 20),
        (b'{"limit": 21}', 20),
        (b'{"limit": 1' + b"0" * 400 + b"}", 20),
        (b'{"limit": 3, "sent_by": "a newer database"}', 3),
    ],
)
def test_limit_is_taken_from_the_body_and_capped(body: bytes, limit: int) -> None:
    assert limit_of(body) == limit


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"limit=1", "the body is not JSON"),
        (b'{"limit": ', "the body is not JSON"),
        (b"\xff\xfe", "the body is not JSON"),
        (b"[" * 10_000, "the body is not JSON"),
        (b'{"limit": 1' + b"0" * 5000 + b"}", "the body is not JSON"),
        (b'{"limit": 1, "sent_by": NaN}', "the body is not JSON"),
        (b'{"limit": -Infinity}', "the body is not JSON"),
        ('{"limit": 1}'.encode("utf-16"), "the body is not JSON"),
        (b'\xef\xbb\xbf{"limit": 1}', "the body is not JSON"),
        pytest.param(
            b'{"sent_by": ' + b'{"a":' * 2000 + b"1" + b"}" * 2001,
            "the body is not JSON",
            marks=pytest.mark.skipif(
                reads_nested(2000),
                reason="run it with Python 3.11, which alone fails at what fits a body",
            ),
        ),
        (b'{"limit": 1, "limit": 2}', "the body names a key twice"),
        (b'{"limit": 1, "sent_by": {"a": 1, "a": 1}}', "the body names a key twice"),
        (b"[1]", "the body must be a JSON object"),
        (b"null", "the body must be a JSON object"),
        (b'{"limit": "1"}', "limit must be an integer"),
        (b'{"limit": 1.0}', "limit must be an integer"),
        (b'{"limit": true}', "limit must be an integer"),
        (b'{"limit": null}', "limit must be an integer"),
        (b'{"limit": 0}', "limit must be at least 1"),
        (b'{"limit": -1}', "limit must be at least 1"),
        (b'{"linger_ms": "1"}', "linger_ms must be an integer"),
        (b'{"linger_ms": true}', "linger_ms must be an integer"),
        (b'{"linger_ms": -1}', "linger_ms must be at least 0"),
    ],
)
def test_bad_body_is_400_with_the_reason(body: bytes, reason: str) -> None:
    with pytest.raises(HTTPException) as caught:
        limit_of(body)
    assert (caught.value.status_code, caught.value.detail) == (400, reason)


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        (b"", 0),
        (b'{"limit": 1}', 0),
        (b'{"linger_ms": 1500}', 1.5),
        (b'{"linger_ms": 60000}', 60),
        (b'{"linger_ms": 6' + b"0" * 400 + b"}", 60),
    ],
)
def test_time_to_linger_is_taken_from_the_body_and_capped(body: bytes, seconds: float) -> None:
    wish = parse_wish(body, JSON, default=10, maximum=20)
    assert wish.linger == timedelta(seconds=seconds)


@pytest.mark.parametrize("content_type", [JSON, "Application/JSON; charset=utf-8"])
def test_json_content_type_is_accepted_with_parameters(content_type: str) -> None:
    assert limit_of(b'{"limit": 2}', content_type) == 2


@pytest.mark.parametrize(
    "content_type",
    [None, "", "text/plain", f"{JSON}x", f"{JSON}; charset=latin-1", f'{JSON};CharSet="utf-16"'],
)
def test_other_content_type_is_415(content_type: str | None) -> None:
    with pytest.raises(HTTPException) as caught:
        limit_of(b'{"limit": 2}', content_type)
    assert caught.value.status_code == 415


def test_empty_body_needs_no_content_type() -> None:
    assert limit_of(b"", None) == 10


@pytest.mark.parametrize(
    ("header", "dispatch"),
    [("42", "42"), (None, None), ("", None), ("4 2", None), ("٤٢", None), ("9" * 20, None)],
)
def test_dispatch_is_digits_or_nothing(header: str | None, dispatch: str | None) -> None:
    assert parse_dispatch(header) == dispatch
