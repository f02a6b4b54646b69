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
from tests.worker.fake_queue import gone, job
from tests.worker.queue_rows import until
from tests.worker.rig import LATER, SOON, Rig

pytestmark = pytest.mark.anyio


@pytest.fixture
def rig() -> Rig:
    return Rig()


async def test_thread_that_outlives_its_job_takes_up_a_slot_until_it_ends() -> None:
    rig, finish = Rig(concurrency=1), threading.Event()

    @rig.handlers.handler("work")
    def work(_context: Context, _payload: object) -> None:
        finish.wait(5)

    rig.queue.ready.extend([job(timeout=SOON), job()])
    assert await rig.run() == Tally(claimed=1, retried=1)
    assert await rig.run() == Tally()
    finish.set()
    await until(lambda: rig.runner.room)
    assert await rig.run() == Tally(claimed=1, succeeded=1)


async def test_jobs_of_a_claim_run_at_once(rig: Rig) -> None:
    barrier = asyncio.Barrier(3)

    @rig.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        await barrier.wait()

    rig.queue.ready.extend([job(), job(), job()])
    assert await rig.run() == Tally(claimed=3, succeeded=3)


async def test_no_more_is_claimed_than_can_start_at_once() -> None:
    rig, finish = Rig(concurrency=3), asyncio.Event()

    @rig.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        await finish.wait()

    rig.queue.ready.extend([job(), job()])
    first = await rig.run(2, within=SOON)
    assert first.running == 2
    rig.queue.ready.extend([job(), job()])
    second = await rig.run(5, within=SOON)
    third = await rig.run(5, within=SOON)
    assert [limit for limit, _ in rig.queue.claims] == [2, 1]
    assert third == Tally()
    finish.set()
    await until(lambda: not rig.runner.running)
    assert (first.succeeded, second.succeeded) == (2, 1)


async def test_slot_is_free_as_soon_as_its_own_job_has_ended() -> None:
    rig = Rig(concurrency=2)

    @rig.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        await asyncio.Event().wait()

    rig.handlers.handler("fast")(lambda *_: None)
    rig.queue.ready.extend([job(), job("fast")])
    await rig.run(within=SOON)
    assert rig.runner.room == 1


async def test_report_comes_by_the_deadline_and_the_job_goes_on(rig: Rig) -> None:
    finish = asyncio.Event()

    @rig.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        await finish.wait()

    rig.handlers.handler("fast")(lambda *_: None)
    rig.queue.ready.extend([slow := job(), job("fast")])
    started = time.monotonic()
    tally = await rig.run(within=SOON)
    assert time.monotonic() - started < 1
    assert (tally.claimed, tally.succeeded, tally.running) == (2, 1, 1)
    finish.set()
    await until(lambda: slow.id in rig.queue.succeeded)


async def test_claim_that_answers_too_late_is_an_error_and_its_jobs_still_run(
    rig: Rig,
) -> None:
    rig.handlers.handler("work")(lambda *_: None)
    rig.queue.claim_gate = asyncio.Event()
    rig.queue.ready.append(late := job())
    with pytest.raises(ConnectionFailed, match="not answered in time"):
        await rig.run(within=SOON)
    rig.queue.claim_gate.set()
    await until(lambda: late.id in rig.queue.succeeded)


async def test_failed_claim_leaves_every_slot_free(rig: Rig) -> None:
    rig.queue.away.append(gone())
    with pytest.raises(ConnectionFailed):
        await rig.run()
    await until(lambda: rig.runner.room == 5)


async def test_lease_is_kept_alive_while_jobs_run() -> None:
    rig = Rig(lease=timedelta(seconds=0.03))

    @rig.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        rig.queue.away.append(gone())
        await until(lambda: rig.queue.beats >= 3)

    rig.queue.ready.append(job())
    assert await rig.run() == Tally(claimed=1, succeeded=1)


async def test_job_whose_lease_is_lost_is_stopped_and_not_completed() -> None:
    rig, cleaned = Rig(lease=timedelta(seconds=0.03)), asyncio.Event()

    @rig.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.set()

    rig.handlers.handler("other")(lambda *_: None)
    rig.queue.ready.extend([lost := job(), job("other")])
    rig.queue.lost = frozenset({lost.id})
    assert await rig.run() == Tally(claimed=2, succeeded=1, cancelled=1)
    assert cleaned.is_set()
    assert lost.id not in rig.queue.succeeded.keys() | rig.queue.failed.keys()


async def test_jobs_that_still_run_at_the_deadline_are_given_back_where_that_is_wanted() -> None:
    rig, cleaned = Rig(on_deadline="give_back"), asyncio.Event()

    @rig.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.set()

    rig.handlers.handler("fast")(lambda *_: None)
    rig.queue.ready.extend([slow := job(), job("fast")])
    started = time.monotonic()
    tally = await rig.run(within=timedelta(seconds=0.3))
    assert time.monotonic() - started < 0.3
    assert tally == Tally(claimed=2, succeeded=1, given_back=1)
    assert cleaned.is_set()
    assert rig.queue.given_back == [slow.id]
    await until(lambda: rig.runner.room == 5)


async def test_the_report_of_jobs_given_back_waits_for_neither_a_handler_nor_the_database() -> None:
    rig, finish = Rig(on_deadline="give_back"), asyncio.Event()

    @rig.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        while not finish.is_set():
            try:
                await finish.wait()
            except asyncio.CancelledError:
                continue

    rig.queue.ready.append(job())
    rig.queue.give_back_gate = asyncio.Event()
    started = time.monotonic()
    tally = await rig.run(within=timedelta(seconds=0.3))
    assert time.monotonic() - started < 0.4
    assert (tally.claimed, tally.running) == (1, 0)
    finish.set()
    await until(lambda: rig.runner.room == 5)
    assert (tally.cancelled, tally.succeeded) == (1, 0), "it is counted once"


async def test_a_job_whose_end_is_being_recorded_is_not_given_back() -> None:
    rig = Rig(on_deadline="give_back")

    @rig.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        rig.queue.away.append(gone())

    rig.queue.ready.append(done := job())
    tally = await rig.run(within=timedelta(seconds=0.2))
    await until(lambda: done.id in rig.queue.succeeded)
    assert rig.queue.given_back == []
    assert tally.given_back == 0


async def test_shutdown_waits_for_jobs_within_the_grace(rig: Rig) -> None:
    started = asyncio.Event()

    @rig.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        started.set()
        await asyncio.sleep(0.05)

    rig.queue.ready.append(done := job())
    request = asyncio.create_task(rig.run())
    await started.wait()
    await rig.runner.close(grace=LATER)
    assert await request == Tally(claimed=1, succeeded=1)
    assert list(rig.queue.succeeded) == [done.id]
    assert rig.queue.given_back == []


async def test_shutdown_gives_back_what_is_left_even_if_a_handler_ignores_it(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supaops.worker.runner.CLEAN_UP_S", 0.05)
    finish = asyncio.Event()

    @rig.handlers.handler("polite")
    async def polite(_context: Context, _payload: object) -> None:
        await finish.wait()

    @rig.handlers.handler("stubborn")
    async def stubborn(_context: Context, _payload: object) -> None:
        while not finish.is_set():
            try:
                await finish.wait()
            except asyncio.CancelledError:
                continue

    rig.queue.ready.extend(jobs := [job("polite"), job("stubborn")])
    await rig.run(within=SOON)
    await rig.runner.close(grace=timedelta(0))
    assert sorted(rig.queue.given_back) == [each.id for each in jobs]
    assert rig.queue.failed == {}
    finish.set()


async def test_shutdown_does_not_wait_for_a_database_that_does_not_answer(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("supaops.worker.runner.GIVE_BACK_S", 0.05)

    @rig.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        await asyncio.Event().wait()

    rig.queue.ready.extend(jobs := [job() for _ in range(5)])
    rig.queue.give_back_gate = asyncio.Event()
    await rig.run(within=SOON)
    async with asyncio.timeout(2):
        await rig.runner.close(grace=timedelta(0))
    assert sorted(rig.queue.given_back) == [each.id for each in jobs], "all are tried at once"
    assert caplog.text.count("not given back") == 1


async def test_nothing_is_claimed_after_shutdown_began(rig: Rig) -> None:
    await rig.runner.close(grace=LATER)
    with pytest.raises(ShuttingDown):
        await rig.run()
    assert rig.queue.claims == []
