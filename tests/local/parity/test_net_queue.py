"""What the functions accept, refuse and put into the queue, and when the worker may see it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.local.parity.origin import Origin
from tests.local.parity.refusal import Refusal, refusal
from tests.waiting import until

pytestmark = [pytest.mark.stack, pytest.mark.parity]

NO_CONTENT_TYPE = Refusal("P0001", 'Content-Type header must be "application/json"')
MALFORMED = "Malformed input to a URL function"

REFUSALS = {
    """select net.http_post('http://x/', headers := '{"Content-Type": "text/plain"}')""":
        NO_CONTENT_TYPE,
    """select net.http_post('http://x/', headers := '{"content-type": "application/json; a=b"}')""":
        NO_CONTENT_TYPE,
    "select net.http_post('http://x/', headers := '[1]')":
        Refusal("22023", "cannot call jsonb_each_text on a non-object"),
    "select net.http_get('http://x/', params := '3')":
        Refusal("22023", "cannot call jsonb_each_text on a non-object"),
    "select 'put'::net.http_method":
        Refusal("23514",
                'value for domain net.http_method violates check constraint "http_method_check"'),
    "select net.http_collect_response(1)":
        Refusal("42601", "query has no destination for result data",
                hint="If you want to discard the results of a SELECT, use PERFORM instead."),
}  # fmt: skip

INVALID_URLS = {
    "": MALFORMED,
    "not a url": MALFORMED,
    "http://x/a b": MALFORMED,
    "http://x/?a=b c": MALFORMED,
    "example.com/x": "Bad scheme",
    "//x/y": "Bad scheme",
    "xyz://x/": "Unsupported URL scheme",
    "mailto:a@b": "Unsupported URL scheme",
    "http:x": "Unsupported number of slashes following scheme",
    "http://": "No host part in the URL",
    "http://[::1": "Bad IPv6 address",
    "http://x:port/": "Port number was not a decimal number between 0 and 65535",
    "http://x:99999/": "Port number was not a decimal number between 0 and 65535",
}

QUEUED_URLS = {
    "http://x": "http://x/",
    "HTTP://X/A/../B?q#f": "http://X/B?q#f",
    "http://u:p@x:080/": "http://u:p@x:80/",
    "http://x?a": "http://x/?a",
    "http://x/?": "http://x/",
    "http:///x": "http://x/",
    "http://x/ü": "http://x/ü",
    "http://x/%zz": "http://x/%zz",
    "http://x/a//./b": "http://x/a//b",
    "http://[fe80::1%25eth0]/": "http://[fe80::1%25eth0]/",
    "ftp://x/": "ftp://x/",
}

JSON = {"Content-Type": "application/json"}
QUEUED: dict[str, dict[str, Any]] = {
    "net.http_get('http://x/')":
        {"method": "GET", "headers": {}, "body": None},
    "net.http_get('http://x/', headers := null)":
        {"method": "GET", "headers": None, "body": None},
    "net.http_post('http://x/')":
        {"method": "POST", "headers": JSON, "body": b"{}"},
    """net.http_post('http://x/', '{"a": "ü"}', headers := '{"x-a": "1"}')""":
        {"method": "POST", "headers": {"x-a": "1"} | JSON, "body": '{"a": "ü"}'.encode()},
    """net.http_post('http://x/', headers := '{"content-type": "application/json"}')""":
        {"method": "POST", "headers": {"content-type": "application/json"}, "body": b"{}"},
    "net.http_post('http://x/', null, headers := null)":
        {"method": "POST", "headers": None, "body": None},
    "net.http_delete('http://x/')":
        {"method": "DELETE", "headers": {}, "body": None},
    "net.http_delete('http://x/', body := '[1]')":
        {"method": "DELETE", "headers": {}, "body": b"[1]"},
    "net.http_get('http://x/', timeout_milliseconds := 7)":
        {"method": "GET", "headers": {}, "body": None, "timeout_milliseconds": 7},
    """net.http_get('http://x/?z=1', '{"q": "a b&ü", "r": null, "s": 1}')""":
        {"method": "GET", "headers": {}, "body": None, "url": "http://x/?z=1&q=a%20b%26%c3%bc&s=1"},
}  # fmt: skip


def one(db: Connection, query: str, *values: object) -> Any:
    row = db.execute(f"select {query} as x", values or None).fetchone()
    assert row
    return row["x"]


def queued(db: Connection, call: str) -> dict[str, Any]:
    """Return what a call puts into the queue, and take it back."""
    with db.transaction(force_rollback=True):
        request = one(db, call)
        row = db.execute(
            "select * from net.http_request_queue where id = %s", (request,)
        ).fetchone()
    assert row
    return row


@pytest.mark.parametrize("statement", REFUSALS)
def test_a_refusal_has_the_words_of_pg_net(db: Connection, statement: str) -> None:
    assert refusal(db, statement) == REFUSALS[statement]


def test_a_url_that_libcurl_refuses_is_refused_with_its_words(db: Connection) -> None:
    said = {url: refusal(db, "select net.http_get(%s)", url) for url in INVALID_URLS}
    assert said == {
        url: Refusal("XX000", f'invalid URL "{url}": {problem}')
        for url, problem in INVALID_URLS.items()
    }


def test_a_url_is_queued_as_libcurl_writes_it(db: Connection) -> None:
    encode = "net._encode_url_with_params_array(%s, '{}')"
    assert {url: one(db, encode, url) for url in QUEUED_URLS} == QUEUED_URLS


@pytest.mark.parametrize(
    ("column", "arguments"),
    [("url", "null"), ("timeout_milliseconds", "'http://x/', timeout_milliseconds := null")],
)
def test_a_url_and_a_timeout_are_needed(db: Connection, column: str, arguments: str) -> None:
    said = refusal(db, f"select net.http_get({arguments})")
    assert said
    assert said.sqlstate == "23502"
    assert said.message.startswith(f'null value in column "{column}" of relation')


@pytest.mark.parametrize("call", QUEUED)
def test_a_call_queues_the_request_that_pg_net_would(db: Connection, call: str) -> None:
    row = queued(db, call)
    assert row.pop("id") > 0
    assert row == {"url": "http://x/", "timeout_milliseconds": 5000} | QUEUED[call]


def test_ids_count_up(db: Connection) -> None:
    first, second = (one(db, "net.http_get('ftp://x/')") for _ in range(2))
    assert second == first + 1


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_any_role_may_send_and_read_what_came_back(db: Connection, role: str) -> None:
    db.execute(f"set role {role}")
    said = refusal(db, "select net.http_get('http://x/') from net._http_response")
    assert said is None


def test_a_request_is_not_sent_before_its_transaction_commits(
    db: Connection, stack: Stack, origin: Origin
) -> None:
    get = "net.http_get(%s)"
    with connect(stack.url, application_name="pytest") as other:
        other.execute("begin")
        held = one(other, get, f"{origin.url}/held")
        assert db.execute("select from net.http_request_queue").fetchall() == []
        answer(db, one(db, get, f"{origin.url}/meanwhile"))
        assert origin.seen == ["/meanwhile"]
        other.execute("commit")
    answer(db, held)
    assert origin.seen == ["/meanwhile", "/held"]


def test_a_request_that_is_rolled_back_is_never_sent(db: Connection, origin: Origin) -> None:
    with db.transaction(force_rollback=True):
        undone = one(db, "net.http_get(%s)", f"{origin.url}/undone")
    after = one(db, "net.http_get(%s)", f"{origin.url}/after")
    answer(db, after)
    assert undone < after
    assert "/undone" not in origin.seen


def test_a_request_leaves_the_queue_when_it_is_answered(db: Connection, origin: Origin) -> None:
    answer(db, one(db, "net.http_get(%s)", f"{origin.url}/gone"))
    assert db.execute("select from net.http_request_queue").fetchall() == []


def test_a_batch_is_answered_in_one_transaction(db: Connection) -> None:
    size = int(one(db, "current_setting('pg_net.batch_size')"))
    assert size == 200
    db.execute("select net.http_get('ftp://x/') from generate_series(1, %s)", (size + 1,))
    counts = "select count(*) as n from net._http_response group by created order by created"
    until(lambda: one(db, "(select count(*) from net._http_response)") > size)
    assert [row["n"] for row in db.execute(counts)] == [size, 1]


def test_a_busy_worker_begins_one_batch_a_second(db: Connection) -> None:
    # Each is queued when the last has its answer; the first two may find the worker at rest.
    began = [answer(db, one(db, "net.http_get('ftp://x/')"))["created"] for _ in range(4)]
    assert began[3] - began[2] > timedelta(seconds=0.95)


def test_an_answer_is_forgotten_after_six_hours(db: Connection) -> None:
    assert one(db, "current_setting('pg_net.ttl')") == "6 hours"
    old, young, last = (one(db, "net.http_get('ftp://x/')") for _ in range(3))
    answer(db, last)
    age = "update net._http_response set created = now() - %s::interval where id = %s"
    db.execute(age, ("6 hours 1 minute", old))
    db.execute(age, ("5 hours 59 minutes", young))
    db.execute("select net.wake()")
    left = "select id from net._http_response order by id"
    until(lambda: old not in {row["id"] for row in db.execute(left)})
    assert [row["id"] for row in db.execute(left)] == [young, last]


def test_the_worker_shows_in_pg_stat_activity(db: Connection) -> None:
    assert one(db, "net.wait_until_running()") == one(db, "net.check_worker_is_up()") == ""
    version = one(db, "(select extversion from pg_extension where extname = 'pg_net')")
    query = "select from pg_stat_activity where application_name = %s"
    assert len(db.execute(query, (f"pg_net {version}",)).fetchall()) == 1


def answer(db: Connection, request: int) -> dict[str, Any]:
    """Return the answer to a request once it is there."""
    response = "select * from net._http_response where id = %s"
    return until(lambda: db.execute(response, (request,)).fetchall())[0]
