"""A call of the worker's endpoint tells its answer, and never the secret or the URL."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from supaops.checks.worker.asking import Reply, ask
from tests.chains import unused_endpoint
from tests.faults.answering import Answers, answering

SECRET = "s3cret-of-the-runner"
HEADERS = {"x-job-runner-secret": SECRET.encode()}


def get(url: str, timeout_s: float = 5.0) -> Reply:
    return ask("GET", url, HEADERS, timeout_s)


@contextmanager
def speaking(words: bytes, *, again: bool = False) -> Iterator[str]:
    """Serve one connection that says words, and again until it is closed, or holds its tongue."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk() -> None:
            connection, _ = listener.accept()
            with connection:
                try:
                    connection.sendall(words)
                    while again:
                        connection.sendall(b"x")
                        time.sleep(0.01)
                    connection.recv(1)
                    connection.recv(100_000)
                    connection.settimeout(5)
                    connection.recv(1)
                except OSError:
                    return

        Thread(target=talk, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


def test_the_answer_s_status_and_object_are_told() -> None:
    answers = Answers(description={"worker": "supaops 1"})
    with answering(answers) as url:
        reply = get(url)
    assert (reply.status, reply.body) == (200, {"worker": "supaops 1"})
    assert reply.latency_s > 0
    [(method, headers, _)] = answers.seen
    assert method == "GET"
    assert SECRET in headers


def test_a_redirect_is_not_followed_so_that_the_secret_stays_here() -> None:
    elsewhere = Answers()
    with answering(elsewhere) as there:
        answers = Answers(get=302, headers={"Location": there})
        with answering(answers) as url:
            assert get(url).status == 302
    assert elsewhere.seen == []


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[1]", b"[" * 100_000, b'{"a": "' + b"x" * 70_000]
)
def test_what_is_no_short_json_object_describes_nothing(body: bytes) -> None:
    with answering(Answers(body=body)) as url:
        reply = get(url)
    assert (reply.status, reply.body) == (200, {})


def test_silence_ends_in_time() -> None:
    with speaking(b"") as url:
        assert get(url, 0.3).reason == "no answer within 0.3 s"


def test_an_answer_without_an_end_is_left_in_time() -> None:
    started = time.monotonic()
    with speaking(b"HTTP/1.0 200 OK\r\n\r\n", again=True) as url:
        reply = get(url, 0.3)
    assert (reply.status, reply.body) == (200, {})
    assert time.monotonic() - started < 5


def test_a_port_that_nobody_listens_on_refuses() -> None:
    assert get(unused_endpoint()) == Reply(None, "connection refused")


def test_a_name_that_nobody_knows_is_told_as_that() -> None:
    assert get("http://nowhere.invalid/").reason == "its name is not known here"


def test_plain_speech_at_a_tls_port_is_told_as_that() -> None:
    with answering(Answers()) as url:
        assert get(url.replace("http:", "https:")).reason == "TLS was not agreed on"


@pytest.mark.parametrize("url", ["", "worker", "ftp://127.0.0.1/", "http://\x00/", "http:///x"])
def test_what_is_no_url_is_told_without_it(url: str) -> None:
    assert get(url) == Reply(None, "the endpoint is no URL that can be called")


def test_a_secret_that_no_header_can_hold_is_in_no_reason() -> None:
    with answering(Answers()) as url:
        reply = ask("GET", url, {"x": f"{SECRET}\n".encode()}, 5.0)
    assert reply == Reply(None, "the secret cannot be sent in a header")
