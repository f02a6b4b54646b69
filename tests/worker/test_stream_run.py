"""A stream that lasts: how it waits, goes through an outage, and stops."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from supaops.db.work import Job
from supaops.errors import DatabaseError
from supaops.worker import Context, Handlers
from supaops.worker.execution import Executor
from supaops.worker.reporter import Reporter
from supaops.worker.streaming import outage as outage_module
from supaops.worker.streaming import stream as stream_module
from supaops.worker.streaming.pace import Lasting
from supaops.worker.streaming.rate import Rate
from supaops.worker.streaming.stream import Bounds, Stream
from supaops.worker.tally import Ending
from supaops.worker.telemetry.observer import Observer
from tests.worker.fake_queue import NOW, FakeQueue, gone, job
from tests.worker.queue_rows import until
from tests.worker.rig import no_connection

pytestmark = pytest.mark.anyio

NEVER = timedelta(hours=1)
NO_TIME = timedelta()


class Told(Reporter):
    """Remembers the failures without retries left."""

    def __init__(self) -> None:
        super().__init__()
        self.failures: list[int] = []

    def failed(self, job: Job, error: str, cause: BaseException | None) -> None:  # noqa: ARG002  the reporter's names
        self.failures.append(job.id)


class Seen(Observer):
    """Remembers how jobs ended, and how many a claim brought."""

    def __init__(self) -> None:
        self.ends: dict[int, Ending] = {}
        self.found = 0

    def claimed(self, count: int, seconds: float) -> None:
        assert seconds >= 0
        self.found += count

    def ended(self, job: Job, ending: Ending) -> None:
        self.ends[job.id] = ending


class Lasts:
    """A queue in memory and a stream that works on it until it is stopped."""

    def __init__(self) -> None:
        self.queue = FakeQueue()
        self.handlers = Handlers()
        self.handlers.handler("fast")(_nothing)
        self.pace = Lasting(interval=NO_TIME, poll=NEVER)
        self.stop = asyncio.Event()
        self.disabled = False
        self.told, self.seen = Told(), Seen()
        self.stream = self.make_stream()

    def make_stream(self) -> Stream:
        executor = Executor(self.handlers, no_connection, clock=lambda: NOW)
        return Stream(
            self.queue,
            executor,
            Bounds(2, 5, timedelta(seconds=0.3), ("mail",)),
            worker="host:1",
            reporter=self.told,
            observer=self.seen,
            stopped=lambda: self.disabled,
        )

    def handle(self, function: Callable[[Context, Any], Any]) -> None:
        self.handlers.handler("work")(function)

    def wake(self) -> None:
        self.pace.wake()
        self.stream.wake()

    @asynccontextmanager
    async def at_work(self, *, grace: timedelta = NEVER) -> AsyncIterator[asyncio.Task[Any]]:
        """Let it work while the block runs, then stop it and wait for its end."""
        running = self.stream.run(self.stop, pace=self.pace, grace=grace)
        task = asyncio.create_task(running)
        try:
            yield task
        finally:
            self.stop.set()
            async with asyncio.timeout(10):
                await task


async def _nothing(_context: Context, _payload: Any) -> None:
    return


@pytest.fixture
def lasts(monkeypatch: pytest.MonkeyPatch) -> Lasts:
    monkeypatch.setattr(outage_module, "FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr(stream_module, "CLEAN_UP_S", 0.05)
    return Lasts()


@pytest.fixture
def ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a stream claim two batches, as if its jobs had been short so far."""
    monkeypatch.setattr(Rate, "ahead", 100)


async def test_it_works_on_what_comes_until_it_is_stopped(lasts: Lasts) -> None:
    async with lasts.at_work():
        for _ in range(3):
            lasts.queue.ready.extend(jobs := [job("fast") for _ in range(7)])
            lasts.wake()
            await until(lambda: jobs[-1].id in lasts.queue.succeeded)
    assert lasts.stream.tally.succeeded == 21
    assert lasts.queue.queues == ("mail",)


async def test_a_slot_that_is_free_is_filled_while_others_are_busy(lasts: Lasts) -> None:
    async def work(_context: Context, _payload: Any) -> None:
        await asyncio.Event().wait()

    lasts.handle(work)
    lasts.queue.ready.append(job())
    async with lasts.at_work(grace=NO_TIME):
        await until(lambda: lasts.stream.tally.claimed)
        lasts.queue.ready.append(quick := job("fast"))
        lasts.wake()
        await until(lambda: quick.id in lasts.queue.succeeded)


async def test_an_outage_ends_nothing_and_is_told_once(
    lasts: Lasts, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "supaops.worker")
    lasts.queue.away.extend(gone() for _ in range(6))
    lasts.queue.ready.append(found := job("fast"))
    async with lasts.at_work():
        await until(lambda: found.id in lasts.queue.succeeded)
    assert caplog.text.count("cannot connect to") == 1
    assert caplog.text.count("the queue answers again") == 1


async def test_a_report_outlasts_an_outage_longer_than_the_lease(lasts: Lasts) -> None:
    async def work(_context: Context, _payload: Any) -> None:
        lasts.queue.away.extend(gone() for _ in range(8))

    lasts.handle(work)
    lasts.queue.ready.append(found := job())
    async with lasts.at_work():
        await until(lambda: found.id in lasts.queue.succeeded)


async def test_a_claim_that_is_refused_is_tried_again(lasts: Lasts) -> None:
    lasts.queue.away.append(DatabaseError("function job_queue_exchange does not exist"))
    lasts.queue.ready.append(found := job("fast"))
    async with lasts.at_work():
        await until(lambda: found.id in lasts.queue.succeeded)


async def test_it_stops_at_once_while_the_database_is_away(
    lasts: Lasts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outage_module, "FIRST_PAUSE_S", 3600.0)
    lasts.stream = lasts.make_stream()
    lasts.queue.away.append(gone())
    async with lasts.at_work():
        await until(lambda: lasts.queue.claims)


async def test_nothing_is_claimed_while_it_is_disabled(lasts: Lasts) -> None:
    lasts.disabled = True
    lasts.pace = Lasting(interval=NO_TIME, poll=timedelta(seconds=0.02))
    lasts.queue.ready.append(found := job("fast"))
    async with lasts.at_work():
        await asyncio.sleep(0.1)
        assert lasts.queue.claims == []
        lasts.disabled = False
        await until(lambda: found.id in lasts.queue.succeeded)


async def test_a_stop_lets_what_runs_end_and_claims_no_more(lasts: Lasts) -> None:
    finish = asyncio.Event()

    async def work(_context: Context, _payload: Any) -> None:
        await finish.wait()

    lasts.handle(work)
    lasts.queue.ready.extend(jobs := [job(), job(), job()])
    async with lasts.at_work() as task:
        await until(lambda: lasts.stream.tally.claimed == 2)
        lasts.stop.set()
        await asyncio.sleep(0.05)
        assert not task.done()
        finish.set()
    assert sorted(lasts.queue.succeeded) == [each.id for each in jobs[:2]]
    assert [each.id for each in lasts.queue.ready] == [jobs[2].id]
    assert lasts.queue.given_back == []


@pytest.mark.usefixtures("ahead")
async def test_a_stop_gives_back_at_once_what_has_not_begun(lasts: Lasts) -> None:
    finish = asyncio.Event()
    begun: list[int] = []

    async def work(context: Context, _payload: Any) -> None:
        begun.append(context.job.id)
        await finish.wait()

    lasts.handle(work)
    lasts.queue.ready.extend(job() for _ in range(9))
    async with lasts.at_work():
        await until(lambda: lasts.stream.tally.claimed == 9)
        lasts.stop.set()
        await until(lambda: len(lasts.queue.given_back) == 7)
        finish.set()
    assert sorted(begun) == sorted(lasts.queue.succeeded)
    assert not set(begun) & set(lasts.queue.given_back)
    assert (lasts.stream.tally.succeeded, lasts.stream.tally.given_back) == (2, 7)


async def test_after_the_grace_what_still_runs_is_stopped_and_given_back(lasts: Lasts) -> None:
    cleaned = asyncio.Event()

    async def work(_context: Context, _payload: Any) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.set()

    lasts.handle(work)
    lasts.queue.ready.append(left := job())
    async with lasts.at_work(grace=NO_TIME):
        await until(lambda: lasts.stream.tally.claimed)
    assert cleaned.is_set()
    assert lasts.queue.given_back == [left.id]
    assert lasts.seen.ends == {left.id: "given_back"}


async def test_what_ends_while_it_is_cleaned_up_is_reported_and_not_given_back(
    lasts: Lasts,
) -> None:
    async def work(_context: Context, _payload: Any) -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return "in time"
        return "never"

    lasts.handle(work)
    lasts.queue.ready.append(left := job())
    async with lasts.at_work(grace=NO_TIME):
        await until(lambda: lasts.stream.tally.claimed)
    assert lasts.queue.succeeded == {left.id: '"in time"'}
    assert lasts.queue.given_back == []


async def test_a_handler_that_ignores_the_stop_is_given_back_and_counted_once(
    lasts: Lasts,
) -> None:
    finish = asyncio.Event()
    lasts.queue.give_back_gate = asyncio.Event()

    async def work(_context: Context, _payload: Any) -> None:
        while not finish.is_set():
            try:
                await finish.wait()
            except asyncio.CancelledError:
                asyncio.get_running_loop().call_later(0.1, finish.set)
        # The slot must have heard of the end before the job is given back.
        gate = lasts.queue.give_back_gate
        assert gate
        asyncio.get_running_loop().call_later(0.05, gate.set)

    lasts.handle(work)
    lasts.queue.ready.append(left := job())
    async with lasts.at_work(grace=NO_TIME):
        await until(lambda: lasts.stream.tally.claimed)
    assert lasts.queue.given_back == [left.id]
    assert (lasts.stream.tally.given_back, lasts.stream.tally.running) == (1, 0)


async def test_a_claim_that_comes_after_the_stop_is_given_back(lasts: Lasts) -> None:
    lasts.queue.claim_gate = asyncio.Event()
    lasts.queue.ready.extend(jobs := [job("fast"), job("fast")])
    async with lasts.at_work():
        await until(lambda: lasts.queue.claims)
        lasts.stop.set()
        await asyncio.sleep(0.02)
        lasts.queue.claim_gate.set()
    assert sorted(lasts.queue.given_back) == [each.id for each in jobs]
    assert lasts.queue.succeeded == {}


async def test_failures_and_every_end_are_told(lasts: Lasts) -> None:
    async def work(_context: Context, _payload: Any) -> None:
        raise ValueError("bad luck")

    lasts.handle(work)
    final, again, good = job(attempts=5), job(), job("fast")
    lasts.queue.ready.extend([final, again, good])
    async with lasts.at_work():
        await until(lambda: len(lasts.seen.ends) == 3)
    assert lasts.seen.ends == {final.id: "failed", again.id: "retried", good.id: "succeeded"}
    assert lasts.told.failures == [final.id]
    assert lasts.seen.found == 3


async def test_a_handler_that_swallows_its_cancelling_does_no_harm_to_the_next_job(
    lasts: Lasts,
) -> None:
    async def work(context: Context, _payload: Any) -> None:
        lasts.queue.lost = frozenset({context.job.id})
        with pytest.raises(asyncio.CancelledError):
            await asyncio.Event().wait()

    lasts.handle(work)

    async def slow(_context: Context, _payload: Any) -> None:
        await asyncio.sleep(1)

    lasts.handlers.handler("slow")(slow)
    late = [job("slow", timeout=timedelta(seconds=0.05)) for _ in range(2)]
    lasts.queue.ready.append(first := job())
    async with lasts.at_work():
        await until(lambda: first.id in lasts.queue.succeeded)
        lasts.queue.ready.extend(late)
        lasts.wake()
        await until(lambda: all(each.id in lasts.queue.failed for each in late))
