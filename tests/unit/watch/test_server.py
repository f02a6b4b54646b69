"""What /metrics and /healthz answer, whatever the latest round does."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from supaops.errors import SupaopsError
from supaops.watch.latest import Latest
from supaops.watch.server import serving

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Served:
    latest: Latest
    url: str


@pytest.fixture
def served() -> Iterator[Served]:
    latest = Latest(interval_s=3600, content_type=CONTENT_TYPE)
    with serving(latest, "127.0.0.1", 0) as url:
        yield Served(latest, url)


def test_before_the_first_round_there_is_nothing_and_no_health(served: Served) -> None:
    assert httpx.get(f"{served.url}/metrics").status_code == 503
    health = httpx.get(f"{served.url}/healthz")
    assert (health.status_code, health.json()["status"]) == (503, "stale")


def test_the_latest_round_is_answered(served: Served) -> None:
    served.latest.publish("old 1\n")
    served.latest.publish("new 1\n")
    answer = httpx.get(f"{served.url}/metrics?x=1")
    assert (answer.status_code, answer.text) == (200, "new 1\n")
    assert answer.headers["Content-Type"] == CONTENT_TYPE
    assert httpx.get(f"{served.url}/healthz").json()["status"] == "fresh"


def test_rounds_that_have_stopped_are_no_health_though_the_metrics_stay() -> None:
    latest = Latest(interval_s=0.0, content_type=CONTENT_TYPE)
    latest.publish("last 1\n")
    assert latest.health().status == 503
    assert latest.metrics().status == 200


def test_a_head_has_no_body_and_another_path_is_not_there(served: Served) -> None:
    served.latest.publish("a 1\n")
    head = httpx.head(f"{served.url}/metrics")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == "4"
    assert httpx.get(f"{served.url}/").status_code == 404
    assert httpx.post(f"{served.url}/metrics").status_code == 501


def test_a_client_that_says_nothing_holds_nobody_up(served: Served) -> None:
    served.latest.publish("a 1\n")
    address = (httpx.URL(served.url).host, httpx.URL(served.url).port or 0)
    with socket.create_connection(address):
        assert httpx.get(f"{served.url}/metrics", timeout=5).status_code == 200


def test_an_address_that_is_taken_is_an_error_with_a_remedy(served: Served) -> None:
    port = httpx.URL(served.url).port or 0
    latest = Latest(1, CONTENT_TYPE)
    with (
        pytest.raises(SupaopsError, match="cannot listen") as raised,
        serving(latest, "127.0.0.1", port),
    ):
        pass
    assert "--listen" in (raised.value.hint or "")


def test_ipv6_is_listened_on_too() -> None:
    latest = Latest(3600, CONTENT_TYPE)
    latest.publish("a 1\n")
    with serving(latest, "::1", 0) as url:
        assert url.startswith("http://[::1]:")
        assert httpx.get(f"{url}/metrics").text == "a 1\n"
