"""What goes over the wire and what the answer's row says of it. One batch for the whole module."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from supaops.db.connect import Connection
from supaops.local import Stack
from tests.local.parity.conftest import emptied
from tests.local.parity.origin import Origin
from tests.waiting import until

pytestmark = [pytest.mark.stack, pytest.mark.parity]

ACCEPT = ["Accept", "*/*"]
AGENT = ["User-Agent", "pg_net/"]
AS_JSON = ["Content-Type", "application/json"]
AS_FORM = ["Content-Type", "application/x-www-form-urlencoded"]
LENGTH = "Content-Length"

SENT = {
    "net.http_get('{origin}/echo?z=1#part', params := '{{\"q\": \"a b\"}}')":
        ("GET", "/echo?z=1&q=a%20b", "", [ACCEPT, AGENT]),
    "net.http_post('{origin}/echo')":
        ("POST", "/echo", "{}", [ACCEPT, [LENGTH, "2"], AS_JSON, AGENT]),
    "net.http_post('{origin}/echo', '{{\"a\": \"ü\"}}', headers := '{{\"X-A\": \"1\"}}')":
        ("POST", "/echo", '{"a": "ü"}', [ACCEPT, [LENGTH, "11"], AS_JSON, AGENT, ["X-A", "1"]]),
    "net.http_post('{origin}/echo', null, headers := null)":
        ("POST", "/echo", "", [ACCEPT, [LENGTH, "0"], AS_FORM, AGENT]),
    "net.http_delete('{origin}/echo')":
        ("DELETE", "/echo", "", [ACCEPT, AGENT]),
    "net.http_delete('{origin}/echo', body := '[1]')":
        ("DELETE", "/echo", "[1]", [ACCEPT, [LENGTH, "3"], AS_FORM, AGENT]),
    "net.http_get('{origin}/echo', headers := '{{\"X\": null, \"Y\": \"\", \"Z\": [1]}}')":
        ("GET", "/echo", "", [ACCEPT, AGENT, ["Z", "[1]"]]),
    "net.http_get('{origin}/echo', headers := '{{\"User-Agent\": \"me\", \"accept\": \"a/b\"}}')":
        ("GET", "/echo", "", [["User-Agent", "me"], AGENT, ["accept", "a/b"]]),
    "net.http_get('{login}/echo')":
        ("GET", "/echo", "", [ACCEPT, ["Authorization", "Basic bWU6cHc="], AGENT]),
    "net.http_get('{origin}/redirect/302')":
        ("GET", "/echo", "", [ACCEPT, AGENT]),
    "net.http_post('{origin}/redirect/301')":
        ("GET", "/echo", "", [ACCEPT, AS_JSON, AGENT]),
    "net.http_post('{origin}/redirect/303')":
        ("GET", "/echo", "", [ACCEPT, AS_JSON, AGENT]),
    "net.http_post('{origin}/redirect/307')":
        ("POST", "/echo", "{}", [ACCEPT, [LENGTH, "2"], AS_JSON, AGENT]),
    "net.http_post('{origin}/redirect/308')":
        ("POST", "/echo", "{}", [ACCEPT, [LENGTH, "2"], AS_JSON, AGENT]),
    "net.http_delete('{origin}/redirect/302', body := '[1]')":
        ("DELETE", "/echo", "", [ACCEPT, AGENT]),
    "net.http_delete('{origin}/redirect/307', body := '[1]')":
        ("DELETE", "/echo", "[1]", [ACCEPT, [LENGTH, "3"], AS_FORM, AGENT]),
}  # fmt: skip
"""What the web server gets of each call: method, path, body, headers."""

REDIRECTED = {"Location": "/echo", "X-Hop": "first", "Content-Length": "5"}
RECEIVED = {
    "net.http_get('{origin}/status/404')":
        (404, None, {"Content-Length": "10"}, "status 404"),
    "net.http_get('{origin}/status/500')":
        (500, None, {"Content-Length": "10"}, "status 500"),
    "net.http_get('{origin}/empty')":
        (204, None, {"Content-Length": "0"}, None),
    "net.http_get('{origin}/headers')":
        (200, None, {"X-Twice": "two", "x-LOW": "Y", "Content-Length": "1"}, "x"),
}  # fmt: skip
"""What the row says of an answer: status, content type, headers, content."""

FAILED = {
    "net.http_get('http://127.0.0.1:1/')": (
        "Could not connect to server",
        "Couldn't connect to server",
    ),
    "net.http_get('http://nowhere.invalid/')": (
        "Could not resolve hostname",
        "Couldn't resolve host name",
    ),
    "net.http_get('ftp://x/')": ("Unsupported protocol",),
    "net.http_get('{origin}/nothing')": ("Server returned nothing (no headers, no data)",),
    "net.http_get('{origin}/short')": ("Transferred a partial file",),
    "net.http_get('{origin}/redirect/again')": ("Number of redirects hit maximum amount",),
    "net.http_get('{tls}/')": ("SSL connect error",),
}
"""Why there is no answer: libcurl's words, first those of 8.14, then those of older ones."""

SLOW = "net.http_get('{origin}/slow', timeout_milliseconds := 300)"
TIMED_OUT = (
    r"Timeout of 300 ms reached\. Total time: \d{3,}\.\d{6} ms \(DNS time: \d+\.\d{6} ms, "
    r"TCP/SSL handshake time: \d+\.\d{6} ms, HTTP Request/Response time: \d+\.\d{6} ms\)"
)

Answers = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def db(stack: Stack) -> Iterator[Connection]:
    """Return one connection for the module; the answers stay for all of its tests."""
    with emptied(stack) as connection:
        yield connection


@pytest.fixture(scope="module")
def answers(db: Connection, origin: Origin) -> Answers:
    """Make all requests in one transaction; return the answer to each call."""
    urls = {
        "origin": origin.url,
        "login": origin.url.replace("http://", "http://me:pw@"),
        "tls": origin.url.replace("http://", "https://"),
    }
    calls = [*SENT, *RECEIVED, *FAILED, SLOW]
    with db.transaction():
        ids = {call: db.execute(f"select {call.format(**urls)} as id").fetchone() for call in calls}
    rows = "select * from net._http_response"
    until(lambda: len(db.execute(rows).fetchall()) == len(calls))
    found = {row["id"]: row for row in db.execute(rows)}
    return {call: found[row["id"]] for call, row in ids.items() if row}


@pytest.mark.parametrize("call", SENT)
def test_the_web_server_gets_what_pg_net_sends(answers: Answers, call: str) -> None:
    sent = json.loads(re.sub(r"pg_net/[\d.]+", "pg_net/", answers[call]["content"]))
    method, path, body, headers = SENT[call]
    assert sent == {"method": method, "path": path, "body": body, "headers": headers}


@pytest.mark.parametrize("call", RECEIVED)
def test_the_row_holds_what_the_web_server_answered(answers: Answers, call: str) -> None:
    row = answers[call]
    kept = tuple(row[name] for name in ("status_code", "content_type", "headers", "content"))
    assert kept == RECEIVED[call]
    assert (row["timed_out"], row["error_msg"]) == (False, None)


def test_of_a_redirect_the_row_holds_the_first_headers_and_the_last_of_the_rest(
    answers: Answers,
) -> None:
    row = answers["net.http_get('{origin}/redirect/302')"]
    assert (row["status_code"], row["content_type"]) == (200, "application/json")
    assert row["headers"] == REDIRECTED


@pytest.mark.parametrize("call", FAILED)
def test_a_request_without_an_answer_says_why_in_libcurl_s_words(
    answers: Answers, call: str
) -> None:
    row = answers[call]
    assert row["error_msg"] in FAILED[call]
    assert {**row, "id": 0, "created": 0, "error_msg": ""} == {
        "id": 0, "created": 0, "error_msg": "", "timed_out": False,
        "status_code": None, "content_type": None, "headers": None, "content": None,
    }  # fmt: skip


def test_a_timeout_is_marked_and_tells_where_the_time_went(answers: Answers) -> None:
    row = answers[SLOW]
    assert (row["timed_out"], row["status_code"], row["content"]) == (True, None, None)
    assert re.fullmatch(TIMED_OUT, row["error_msg"])


def test_a_slow_request_holds_back_the_answers_of_its_batch(answers: Answers) -> None:
    assert len({row["created"] for row in answers.values()}) == 1


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("net.http_get('{origin}/status/500')",
         ("SUCCESS", "ok", (500, {"Content-Length": "10"}, "status 500"))),
        ("net.http_get('ftp://x/')", ("ERROR", "Unsupported protocol", (None, None, None))),
    ],
)  # fmt: skip
def test_an_answer_can_be_collected(
    db: Connection, answers: Answers, call: str, expected: tuple[str, str, tuple[Any, ...]]
) -> None:
    row = db.execute(
        "select (c).status::text, (c).message, ((c).response).status_code,"
        " ((c).response).headers, ((c).response).body"
        " from net._http_collect_response(%s, async := false) as c",
        (answers[call]["id"],),
    ).fetchone()
    assert row
    status, message, response = expected
    assert tuple(row.values()) == (status, message, *response)


def test_an_unknown_request_cannot_be_collected(db: Connection) -> None:
    row = db.execute("select net._http_collect_response(-1)::text as x").fetchone()
    assert row == {"x": '(ERROR,"request matching request_id not found",)'}
