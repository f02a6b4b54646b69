"""How jobs run and end: success, failure, timeout, cancel, a lost lease, a deadline, a shutdown."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import FrozenInstanceError
from datetime import timedelta
from typing import Any

import pytest

from supaops.errors import ConnectionFailed, DatabaseError
from supaops.worker import Context, Handlers
from supaops.worker import completion as completion_module
from supaops.worker.builtin import builtin
from supaops.worker.execution import Executor
from supaops.worker.runner import Runner, ShuttingDown
from supaops.worker.tally import Tally
from tests.worker.fake_queue import NOW, FakeQueue, gone, job

pytestmark = pytest.mark.anyio

SOON = timedelta(seconds=0.05)
LATER = timedelta(seconds=10)


@asynccontextmanager
async def no_connection() -> AsyncIterator[Any]:
    raise AssertionError("no handler here needs a database")
    yield


class Bench:
    """A runner over a queue in memory."""

    def __init__(self, *, concurrency: int = 5, lease: timedelta = timedelta(minutes=5)) -> None:
        self.queue = FakeQueue()
        self.handlers = Handlers()
        executor = Executor(self.handlers, no_connection, clock=lambda: NOW)
        self.runner = Runner(self.queue, executor, concurrency=concurrency, lease=lease)

    async def run(self, limit: int = 5, *, within: timedelta = LATER) -> Tally:
        return await self.runner.run(limit, worker="host:1", within=within)


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.002)


async def test_returned_value_becomes_the_result_as_json(bench: Bench) -> None:
    @bench.handlers.handler("work")
    async def work(_context: Context, payload: dict[str, Any]) -> dict[str, Any]:
        return {"seen": payload["name"]}

    bench.queue.ready.append(done := job(payload={"name": "Zelda é"}))
    assert await bench.run() == Tally(claimed=1, succeeded=1)
    assert bench.queue.succeeded == {done.id: '{"seen": "Zelda \\u00e9"}'}


async def test_context_knows_job_attempt_and_deadline(bench: Bench) -> None:
    seen: list[Context] = []

    @bench.handlers.handler("work")
    async def work(context: Context, _payload: object) -> None:
        seen.append(context)

    bench.queue.ready.append(claimed := job(attempts=3, timeout=timedelta(seconds=7)))
    await bench.run()
    [context] = seen
    assert (context.job, context.attempt) == (claimed, 3)
    assert context.deadline == NOW + timedelta(seconds=7)
    with pytest.raises(FrozenInstanceError):
        context.job.priority = 1  # type: ignore[misc]  # the very point of the test


async def test_job_logger_names_the_job(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    @bench.handlers.handler("work")
    async def work(context: Context, _payload: object) -> None:
        context.logger.warning("halfway: %d %%", 50)

    bench.queue.ready.append(claimed := job())
    await bench.run()
    [record] = [each for each in caplog.records if each.name == "supaops.worker.job"]
    assert record.getMessage() == f"job {claimed.id} work attempt 1: halfway: 50 %"
    assert record.__dict__["job_id"] == claimed.id


async def test_plain_function_runs_in_another_thread(bench: Bench) -> None:
    @bench.handlers.handler("work")
    def work(_context: Context, _payload: object) -> bool:
        return threading.current_thread() is threading.main_thread()

    bench.queue.ready.append(done := job())
    await bench.run()
    assert bench.queue.succeeded == {done.id: "false"}


async def test_exception_fails_the_attempt_with_its_place_and_without_the_payload(
    bench: Bench,
) -> None:
    @bench.handlers.handler("work")
    async def work(_context: Context, payload: dict[str, Any]) -> None:
        secret = payload["token"]
        raise ValueError("bad luck" if secret else "")

    bench.queue.ready.append(failed := job(payload={"token": "tok-123"}))
    assert await bench.run() == Tally(claimed=1, retried=1)
    first, *rest = bench.queue.failed[failed.id].splitlines()
    assert first == "ValueError: bad luck"
    assert "test_runner.py" in rest[0]
    assert "tok-123" not in bench.queue.failed[failed.id]
    assert "execution.py" not in bench.queue.failed[failed.id]


@pytest.mark.parametrize("error", [SystemExit(3), StopIteration(), asyncio.CancelledError()])
@pytest.mark.parametrize("kind", ["async", "sync"])
async def test_exit_of_a_handler_fails_its_job_alone(
    bench: Bench, error: BaseException, kind: str
) -> None:
    async def stop(_context: Context, _payload: object) -> None:
        raise error

    def stop_thread(_context: Context, _payload: object) -> None:
        raise error

    bench.handlers.handler("stop")(stop if kind == "async" else stop_thread)
    bench.handlers.handler("work")(lambda *_: "fine")
    bench.queue.ready.extend([job("stop"), job()])
    assert await bench.run() == Tally(claimed=2, succeeded=1, retried=1)


async def test_last_attempt_counts_as_failed(bench: Bench) -> None:
    @bench.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        raise ValueError

    bench.queue.ready.append(job(attempts=5))
    assert await bench.run() == Tally(claimed=1, failed=1)


async def test_unknown_task_type_is_retried_with_a_clear_error(bench: Bench) -> None:
    bench.queue.ready.append(unknown := job("tomorrows_job"))
    assert await bench.run() == Tally(claimed=1, retried=1)
    assert bench.queue.failed[unknown.id] == (
        "UnknownTaskType: this worker has no handler for task type 'tomorrows_job'"
    )


async def test_job_is_cut_off_at_its_timeout(bench: Bench) -> None:
    @bench.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        await asyncio.Event().wait()

    bench.queue.ready.append(slow := job(timeout=SOON))
    assert await bench.run() == Tally(claimed=1, retried=1)
    assert bench.queue.failed[slow.id] == "TimeoutError: cut off after its timeout of 0.05 s"


async def test_timeout_of_the_handlers_own_making_keeps_its_message(bench: Bench) -> None:
    @bench.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        raise TimeoutError("upstream was slow")

    bench.queue.ready.append(slow := job())
    await bench.run()
    assert bench.queue.failed[slow.id].startswith("TimeoutError: upstream was slow\n")


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


@pytest.mark.parametrize("result", [float("nan"), object(), {"a": {1}}])
async def test_result_that_is_not_json_fails_the_attempt(bench: Bench, result: object) -> None:
    @bench.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> object:
        return result

    bench.queue.ready.append(job())
    assert await bench.run() == Tally(claimed=1, retried=1)


async def test_result_that_the_database_refuses_fails_the_attempt(bench: Bench) -> None:
    @bench.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> str:
        bench.queue.away.append(DatabaseError("unsupported Unicode escape sequence"))
        return "\0"

    bench.queue.ready.append(bad := job())
    assert await bench.run() == Tally(claimed=1, retried=1)
    assert bench.queue.failed == {
        bad.id: "the result was refused: unsupported Unicode escape sequence"
    }


async def test_refused_completion_is_counted_and_no_error(bench: Bench) -> None:
    bench.handlers.handler("work")(lambda *_: None)
    bench.queue.refuses = True
    bench.queue.ready.extend([job(), job("unheard_of")])
    assert await bench.run() == Tally(claimed=2, refused=2)


async def test_end_is_recorded_once_the_database_is_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion_module, "FIRST_PAUSE_S", 0.001)

    @bench.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        bench.queue.away.extend([gone(), gone(), gone()])

    bench.queue.ready.append(job())
    assert await bench.run() == Tally(claimed=1, succeeded=1)


async def test_end_is_given_up_when_the_lease_is_over() -> None:
    bench = Bench(lease=timedelta(seconds=0.3))

    @bench.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        bench.queue.away.extend([gone()] * 1000)

    bench.queue.ready.append(job())
    assert await bench.run() == Tally(claimed=1, refused=1)


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


async def test_smoke_job_returns_its_correlation_id(bench: Bench) -> None:
    bench.handlers.include(builtin)
    bench.queue.ready.extend(
        [smoke := job("supaops_smoke", {"correlation_id": "c-1"}), bare := job("supaops_smoke", [])]
    )
    await bench.run()
    assert bench.queue.succeeded == {smoke.id: '"c-1"', bare.id: None}
