"""A heartbeat is heard, is never waited for, and never shows its URL."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import SecretStr

from supaops.status import Severity
from supaops.watch.heartbeat import Beat, Heartbeat, beat_of, ping_url
from tests.waiting import until

WELL, ILL = Beat(fails=False, line="OK"), Beat(fails=True, line="CRITICAL: net.queue")
SECRET = "b2f1c3a4-5d6e-made-up"


@dataclass(slots=True)
class Switch:
    """A dead man's switch on this machine.

    Attributes:
        heard: path and body of each ping.
        answers: the statuses to answer with; then 200.
        goes_on: while it is clear, pings get no answer.
    """

    url: str = ""
    heard: list[tuple[str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    goes_on: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def switch() -> Iterator[Switch]:
    known = Switch()
    known.goes_on.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            known.heard.append((self.path, body))
            known.goes_on.wait(20)
            self.send_response(known.answers.pop(0) if known.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known.url = f"http://127.0.0.1:{server.server_port}/{SECRET}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield known
    known.goes_on.set()
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass(slots=True)
class Beating:
    """A heartbeat, and what it said to people."""

    beats: Heartbeat
    told: list[str]


@pytest.fixture
def beating(switch: Switch) -> Iterator[Beating]:
    told: list[str] = []
    beats = Heartbeat(SecretStr(switch.url), told.append, at_least_s=0, pauses_s=(0.01, 0.01))
    yield Beating(beats, told)
    beats.close()


def has_heard(switch: Switch, pings: int) -> bool:
    return len(switch.heard) == pings


def has_failed(beats: Heartbeat, times: int) -> bool:
    return beats.failed == times


@pytest.mark.parametrize(
    ("severity", "fails"),
    [
        (Severity.OK, False),
        (Severity.WARNING, False),
        (Severity.CRITICAL, True),
        (Severity.UNKNOWN, True),
    ],
)
def test_a_verdict_that_may_hide_an_outage_is_a_failure(severity: Severity, fails: bool) -> None:  # noqa: FBT001  a case
    assert beat_of(severity, "x").fails is fails


@pytest.mark.parametrize(
    ("url", "failure"),
    [
        ("https://hc-ping.com/uuid", "https://hc-ping.com/uuid/fail"),
        ("https://hc-ping.com/key/slug?create=1", "https://hc-ping.com/key/slug/fail?create=1"),
        ("http://host:8000/ping/uuid/", "http://host:8000/ping/uuid/fail"),
    ],
)
def test_a_failure_is_told_behind_the_path(url: str, failure: str) -> None:
    assert ping_url(url, fails=True) == failure
    assert ping_url(url, fails=False) == url


def test_well_and_ill_are_heard_in_turn_with_their_line(switch: Switch, beating: Beating) -> None:
    for number, beat in enumerate((WELL, ILL, WELL), start=1):
        beating.beats.beat(beat)
        until(partial(has_heard, switch, number))
    assert switch.heard == [
        (f"/{SECRET}", "OK"),
        (f"/{SECRET}/fail", "CRITICAL: net.queue"),
        (f"/{SECRET}", "OK"),
    ]
    until(lambda: beating.beats.sent == 3)
    assert beating.told == []


def test_a_ping_that_fails_is_tried_again(switch: Switch, beating: Beating) -> None:
    switch.answers = [500, 502]
    beating.beats.beat(WELL)
    until(lambda: beating.beats.sent == 1)
    assert len(switch.heard) == 3
    assert beating.told == []


def test_a_switch_that_refuses_is_told_once_without_its_url(
    switch: Switch, beating: Beating
) -> None:
    switch.answers = [404] * 6
    for failed in (1, 2):
        beating.beats.beat(WELL)
        until(partial(has_failed, beating.beats, failed))
    beating.beats.beat(WELL)
    until(lambda: beating.beats.sent == 1)
    assert beating.told == ["heartbeat: HTTP 404", "heartbeat: it works again"]


def test_nobody_waits_for_a_switch_that_hangs(switch: Switch, beating: Beating) -> None:
    switch.goes_on.clear()
    beating.beats.beat(WELL)
    until(lambda: len(switch.heard) == 1)
    started = time.monotonic()
    for _ in range(1000):
        beating.beats.beat(WELL)
    assert time.monotonic() - started < 1
    switch.goes_on.set()
    until(lambda: beating.beats.sent == 2)
    assert len(switch.heard) == 2, "only the newest beat is told"


def test_the_same_is_not_told_again_at_once_but_news_are(switch: Switch) -> None:
    beats = Heartbeat(SecretStr(switch.url), lambda _: None, at_least_s=3600)
    beats.beat(WELL)
    until(lambda: beats.sent == 1)
    beats.beat(WELL)
    beats.beat(ILL)
    until(lambda: beats.sent == 2)
    beats.close()
    assert [path for path, _ in switch.heard] == [f"/{SECRET}", f"/{SECRET}/fail"]


def test_what_is_still_to_be_told_is_told_at_the_end(switch: Switch) -> None:
    beats = Heartbeat(SecretStr(switch.url), lambda _: None)
    beats.beat(ILL)
    beats.close()
    assert [path for path, _ in switch.heard] == [f"/{SECRET}/fail"]


def test_a_url_that_leads_nowhere_is_never_shown() -> None:
    told: list[str] = []
    beats = Heartbeat(SecretStr(f"http://127.0.0.1:1/{SECRET}"), told.append, pauses_s=())
    beats.beat(WELL)
    until(lambda: beats.failed == 1)
    beats.close()
    assert told == ["heartbeat: not reached: ConnectError"]
    assert SECRET not in repr(beats)
