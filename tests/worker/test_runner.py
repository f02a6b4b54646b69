"""Claims and their jobs: bounds, the deadline, leases, a shutdown."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import timedelta

import pytest

from supaops.errors import ConnectionFailed
from supaops.worker import Context
from supaops.worker.runner import ShuttingDown
from supaops.worker.tally import Tally
from tests.worker.bench import LATER, SOON, Bench
from tests.worker.fake_queue import gone, job
from tests.worker.queue_rows import until

pytestmark = pytest.mark.anyio


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_thread_that_outlives_its_job_takes_up_a_slot_until_it_ends() -> None:
    bench, finish = Bench(concurrency=1), threading.Event()

    @bench.handlers.handler("work")
    def work(_context: Context, _payload: object) -> None:
        finish.wait(5)

    bench.queue.ready.extend([job(timeout=SOON), job()])
    assert await bench.run() == Tally(claimed=1, retried=1)
    assert await bench.run() == Tally()
    finish.set()
    await until(lambda: bench.runner.room)
    assert await bench.run() == Tally(claimed=1, succeeded=1)


async def test_jobs_of_a_claim_run_at_once(bench: Bench) -> None:
    barrier = asyncio.Barrier(3)

    @bench.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        await barrier.wait()

    bench.queue.ready.extend([job(), job(), job()])
    assert await bench.run() == Tally(claimed=3, succeeded=3)


async def test_no_more_is_claimed_than_can_start_at_once() -> None:
    bench, finish = Bench(concurrency=3), asyncio.Event()

    @bench.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        await finish.wait()

    bench.queue.ready.extend([job(), job()])
    first = await bench.run(2, within=SOON)
    assert first.running == 2
    bench.queue.ready.extend([job(), job()])
    second = await bench.run(5, within=SOON)
    third = await bench.run(5, within=SOON)
    assert [limit for limit, _ in bench.queue.claims] == [2, 1]
    assert third == Tally()
    finish.set()
    await until(lambda: not bench.runner.running)
    assert (first.succeeded, second.succeeded) == (2, 1)


async def test_slot_is_free_as_soon_as_its_own_job_has_ended() -> None:
    bench = Bench(concurrency=2)

    @bench.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        await asyncio.Event().wait()

    bench.handlers.handler("fast")(lambda *_: None)
    bench.queue.ready.extend([job(), job("fast")])
    await bench.run(within=SOON)
    assert bench.runner.room == 1


async def test_report_comes_by_the_deadline_and_the_job_goes_on(bench: Bench) -> None:
    finish = asyncio.Event()

    @bench.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        await finish.wait()

    bench.handlers.handler("fast")(lambda *_: None)
    bench.queue.ready.extend([slow := job(), job("fast")])
    started = time.monotonic()
    tally = await bench.run(within=SOON)
    assert time.monotonic() - started < 1
    assert (tally.claimed, tally.succeeded, tally.running) == (2, 1, 1)
    finish.set()
    await until(lambda: slow.id in bench.queue.succeeded)


async def test_claim_that_answers_too_late_is_an_error_and_its_jobs_still_run(
    bench: Bench,
) -> None:
    bench.handlers.handler("work")(lambda *_: None)
    bench.queue.claim_gate = asyncio.Event()
    bench.queue.ready.append(late := job())
    with pytest.raises(ConnectionFailed, match="not answered in time"):
        await bench.run(within=SOON)
    bench.queue.claim_gate.set()
    await until(lambda: late.id in bench.queue.succeeded)


async def test_failed_claim_leaves_every_slot_free(bench: Bench) -> None:
    bench.queue.away.append(gone())
    with pytest.raises(ConnectionFailed):
        await bench.run()
    await until(lambda: bench.runner.room == 5)


async def test_lease_is_kept_alive_while_jobs_run() -> None:
    bench = Bench(lease=timedelta(seconds=0.03))

    @bench.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        bench.queue.away.append(gone())
        await until(lambda: bench.queue.beats >= 3)

    bench.queue.ready.append(job())
    assert await bench.run() == Tally(claimed=1, succeeded=1)


async def test_job_whose_lease_is_lost_is_stopped_and_not_completed() -> None:
    bench, cleaned = Bench(lease=timedelta(seconds=0.03)), asyncio.Event()

    @bench.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.set()

    bench.handlers.handler("other")(lambda *_: None)
    bench.queue.ready.extend([lost := job(), job("other")])
    bench.queue.lost = frozenset({lost.id})
    assert await bench.run() == Tally(claimed=2, succeeded=1, cancelled=1)
    assert cleaned.is_set()
    assert lost.id not in bench.queue.succeeded.keys() | bench.queue.failed.keys()


async def test_shutdown_waits_for_jobs_within_the_grace(bench: Bench) -> None:
    started = asyncio.Event()

    @bench.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        started.set()
        await asyncio.sleep(0.05)

    bench.queue.ready.append(done := job())
    request = asyncio.create_task(bench.run())
    await started.wait()
    await bench.runner.close(grace=LATER)
    assert await request == Tally(claimed=1, succeeded=1)
    assert list(bench.queue.succeeded) == [done.id]
    assert bench.queue.given_back == []


async def test_shutdown_gives_back_what_is_left_even_if_a_handler_ignores_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supaops.worker.batch.CLEAN_UP_S", 0.05)
    finish = asyncio.Event()

    @bench.handlers.handler("polite")
    async def polite(_context: Context, _payload: object) -> None:
        await finish.wait()

    @bench.handlers.handler("stubborn")
    async def stubborn(_context: Context, _payload: object) -> None:
        while not finish.is_set():
            try:
                await finish.wait()
            except asyncio.CancelledError:
                continue

    bench.queue.ready.extend(jobs := [job("polite"), job("stubborn")])
    await bench.run(within=SOON)
    await bench.runner.close(grace=timedelta(0))
    assert sorted(bench.queue.given_back) == [each.id for each in jobs]
    assert bench.queue.failed == {}
    finish.set()


async def test_nothing_is_claimed_after_shutdown_began(bench: Bench) -> None:
    await bench.runner.close(grace=LATER)
    with pytest.raises(ShuttingDown):
        await bench.run()
    assert bench.queue.claims == []
