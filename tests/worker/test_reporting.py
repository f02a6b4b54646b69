"""Which posts the worker takes note of, and what it tells of its reports."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from supaops.errors import DatabaseError
from supaops.worker.reporter import Reporter
from tests.worker.test_endpoint import AUTH, RUN, Service

pytestmark = pytest.mark.anyio

TICK = {**AUTH, "x-supaops-dispatch": "12"}


class Notes(Reporter):
    """Write down what there is to report."""

    def __init__(self) -> None:
        super().__init__("not installed")
        self.posts: list[tuple[str | None, bool]] = []

    def posted(self, dispatch: str | None, *, served: bool) -> None:
        self.posts.append((dispatch, served))


@asynccontextmanager
async def noting() -> AsyncIterator[tuple[Service, Notes, httpx.AsyncClient]]:
    service, notes = Service(), Notes()
    async with service.serve(notes) as client:
        yield service, notes, client


async def test_a_tick_that_could_claim_was_served() -> None:
    async with noting() as (_, notes, client):
        await client.post(RUN, headers=TICK)
    assert notes.posts == [("12", True)]


async def test_a_tick_that_found_the_worker_disabled_was_not() -> None:
    async with noting() as (service, notes, client):
        service.environ["JOB_QUEUE_DISABLED"] = "1"
        assert (await client.post(RUN, headers=TICK)).status_code == 503
    assert notes.posts == [("12", False)]


async def test_a_tick_that_found_the_database_away_was_not() -> None:
    async with noting() as (service, notes, client):
        service.queue.away.append(DatabaseError("gone"))
        assert (await client.post(RUN, headers=TICK)).status_code == 503
    assert notes.posts == [("12", False)]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"headers": {"x-supaops-dispatch": "12"}}, 401),
        ({"headers": TICK, "content": b"["}, 415),
        ({"headers": {**TICK, "x-supaops-nonce": "of another database"}}, 409),
        ({"headers": TICK, "json": {"linger_ms": 100}}, 200),
        ({"method": "GET", "headers": TICK}, 200),
    ],
)
async def test_what_is_no_tick_of_this_database_says_nothing(
    request_: dict[str, Any], status: int
) -> None:
    async with noting() as (_, notes, client):
        answer = await client.request(**{"method": "POST", "url": RUN, **request_})
    assert (answer.status_code, notes.posts) == (status, [])


async def test_a_worker_that_ends_says_nothing_of_the_tick_it_turned_away() -> None:
    async with noting() as (service, notes, client):
        await service.runner.close(grace=timedelta(0))
        assert (await client.post(RUN, headers=TICK)).status_code == 503
    assert notes.posts == []


async def test_the_worker_tells_how_its_reports_fare() -> None:
    async with noting() as (_, _, client):
        told = (await client.get(RUN, headers=AUTH)).json()
    assert told["sentry"] == {"enabled": False, "dropped": 0, "last_error": "not installed"}
