"""What a handler's context offers without a database: cancelled, enqueue, and its limits."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from supaops.errors import SupaopsError
from supaops.worker import Cancelled, Context, Handlers
from supaops.worker.execution import Executor
from supaops.worker.outcome import Failed, Outcome, Succeeded
from tests.worker.fake_queue import NOW, job
from tests.worker.rig import no_connection

pytestmark = pytest.mark.anyio


class Game(BaseModel):
    id: int
    released: datetime = NOW


@dataclass
class Point:
    x: int


async def run(function: Any, *, timeout: float = 30) -> Outcome:
    """Return how one job ends in a function."""
    handlers = Handlers()
    handlers.handler("work")(function)
    work = job(timeout=timedelta(seconds=timeout))
    return await Executor(handlers, no_connection).execute(work)


async def test_added_jobs_are_a_part_of_the_success() -> None:
    async def work(context: Context, _payload: object) -> int:
        context.enqueue("mail", {"to": [1]}, run_at=NOW, queue="slow", priority=3, dedup_key="k")
        context.enqueue("sync")
        return context.job_id

    outcome = await run(work)
    assert isinstance(outcome, Succeeded)
    first, second = outcome.enqueue
    assert first[:5] == ("mail", {"to": [1]}, NOW, "slow", 3)
    assert first.dedup_key == "k"
    assert second == type(second)("sync")


async def test_added_jobs_of_a_thread_are_kept_too() -> None:
    def work(context: Context, _payload: object) -> None:
        context.enqueue("mail", Game(id=1))
        context.enqueue("mail", Point(2))

    outcome = await run(work)
    assert isinstance(outcome, Succeeded)
    assert [each.payload for each in outcome.enqueue] == [
        {"id": 1, "released": "2026-01-02T00:00:00Z"},
        {"x": 2},
    ]


async def test_added_payload_is_what_it_was_when_it_was_added() -> None:
    async def work(context: Context, _payload: object) -> None:
        payload = {"n": 1}
        context.enqueue("mail", payload)
        payload["n"] = 2

    outcome = await run(work)
    assert isinstance(outcome, Succeeded)
    assert outcome.enqueue[0].payload == {"n": 1}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"payload": {1, 2}}, "TypeError: set is not JSON"),
        ({"payload": float("nan")}, "ValueError: Out of range float values"),
        ({"run_at": datetime(2026, 1, 1)}, "ValueError: run_at needs a time zone"),  # noqa: DTZ001  that is the point
        ({"run_at": "tomorrow"}, "TypeError: run_at cannot be str"),
        ({"priority": True}, "TypeError: priority cannot be bool"),
        ({"task_type": None}, "TypeError: task_type cannot be NoneType"),
    ],
)
async def test_job_that_cannot_be_is_an_error_where_it_is_added(
    arguments: dict[str, Any], error: str
) -> None:
    async def work(context: Context, _payload: object) -> None:
        context.enqueue(**{"task_type": "mail", **arguments})

    outcome = await run(work)
    assert isinstance(outcome, Failed)
    assert outcome.error.startswith(error)


async def test_result_may_be_a_model() -> None:
    async def work(_context: Context, _payload: object) -> dict[str, Any]:
        return {"game": Game(id=7), "at": Point(1)}

    assert await run(work) == Succeeded(
        '{"game": {"id": 7, "released": "2026-01-02T00:00:00Z"}, "at": {"x": 1}}'
    )


async def test_thread_is_told_that_its_job_was_cut_off() -> None:
    seen: list[bool] = []
    over = asyncio.Event()
    loop = asyncio.get_running_loop()

    def work(context: Context, _payload: object) -> None:
        seen.append(context.cancelled)
        while not context.cancelled:
            time.sleep(0.001)
        with pytest.raises(Cancelled):
            context.raise_if_cancelled()
        loop.call_soon_threadsafe(over.set)

    outcome = await run(work, timeout=0.05)
    assert isinstance(outcome, Failed)
    assert outcome.error.startswith("TimeoutError")
    await asyncio.wait_for(over.wait(), 10)
    assert seen == [False]


async def test_coroutine_of_a_thread_that_was_cut_off_is_let_go() -> None:
    over = asyncio.Event()
    loop = asyncio.get_running_loop()

    def work(context: Context, _payload: object) -> object:
        while not context.cancelled:
            time.sleep(0.001)
        try:
            return asyncio.sleep(1)
        finally:
            loop.call_soon_threadsafe(loop.call_later, 0.02, over.set)

    await run(work, timeout=0.05)
    await asyncio.wait_for(over.wait(), 10)


async def test_asynchronous_handler_that_cleans_up_knows_that_it_was_cut_off() -> None:
    seen: list[bool] = []

    async def work(context: Context, _payload: object) -> None:
        seen.append(context.cancelled)
        context.raise_if_cancelled()
        try:
            await asyncio.Event().wait()
        finally:
            seen.append(context.cancelled)

    await run(work, timeout=0.05)
    assert seen == [False, True]


async def test_transaction_without_a_database_is_an_error_that_says_what_works() -> None:
    async def work(context: Context, _payload: object) -> None:
        async with context.transaction():
            pass

    outcome = await run(work)
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.cause, SupaopsError)
    assert "needs a connection to the database" in outcome.error
    assert "context.enqueue() works everywhere" in (outcome.cause.hint or "")


def test_deadline_is_aware() -> None:
    assert Context(job(), NOW, no_connection).deadline.tzinfo is UTC
