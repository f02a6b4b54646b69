"""How one job runs and ends: success, failure, timeout, an end that is hard to record."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from supaops.errors import DatabaseError
from supaops.worker import Context
from supaops.worker import completion as completion_module
from supaops.worker.builtin import builtin
from supaops.worker.tally import Tally
from tests.worker.fake_queue import NOW, gone, job
from tests.worker.rig import SOON, Rig

pytestmark = pytest.mark.anyio


class Unheard(BaseException):
    """An exception of no usual kind, whose message fails."""

    def __str__(self) -> str:
        raise KeyboardInterrupt


@pytest.fixture
def rig() -> Rig:
    return Rig()


async def test_returned_value_becomes_the_result_as_json(rig: Rig) -> None:
    @rig.handlers.handler("work")
    async def work(_context: Context, payload: dict[str, Any]) -> dict[str, Any]:
        return {"seen": payload["name"]}

    rig.queue.ready.append(done := job(payload={"name": "Zelda é"}))
    assert await rig.run() == Tally(claimed=1, succeeded=1)
    assert rig.queue.succeeded == {done.id: '{"seen": "Zelda \\u00e9"}'}


async def test_context_knows_job_attempt_and_deadline(rig: Rig) -> None:
    seen: list[Context] = []

    @rig.handlers.handler("work")
    async def work(context: Context, _payload: object) -> None:
        seen.append(context)

    rig.queue.ready.append(claimed := job(attempts=3, timeout=timedelta(seconds=7)))
    await rig.run()
    [context] = seen
    assert (context.job, context.attempt) == (claimed, 3)
    assert context.deadline == NOW + timedelta(seconds=7)
    with pytest.raises(AttributeError):
        context.job.priority = 1  # type: ignore[misc]  # the very point of the test


async def test_job_logger_names_the_job(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    @rig.handlers.handler("work")
    async def work(context: Context, _payload: object) -> None:
        context.logger.warning("halfway: %d %%", 50, extra={"games": 360})

    rig.queue.ready.append(claimed := job())
    await rig.run()
    [record] = [each for each in caplog.records if each.name == "supaops.worker.job"]
    assert record.getMessage() == f"job {claimed.id} work attempt 1: halfway: 50 %"
    assert (record.__dict__["job_id"], record.__dict__["games"]) == (claimed.id, 360)


async def test_plain_function_runs_in_another_thread(rig: Rig) -> None:
    @rig.handlers.handler("work")
    def work(_context: Context, _payload: object) -> bool:
        return threading.current_thread() is threading.main_thread()

    rig.queue.ready.append(done := job())
    await rig.run()
    assert rig.queue.succeeded == {done.id: "false"}


async def test_exception_fails_the_attempt_with_its_place_and_without_the_payload(
    rig: Rig,
) -> None:
    @rig.handlers.handler("work")
    async def work(_context: Context, payload: dict[str, Any]) -> None:
        secret = payload["token"]
        raise ValueError("bad luck" if secret else "")

    rig.queue.ready.append(failed := job(payload={"token": "tok-123"}))
    assert await rig.run() == Tally(claimed=1, retried=1)
    first, *rest = rig.queue.failed[failed.id].splitlines()
    assert first == "ValueError: bad luck"
    assert Path(__file__).name in rest[0]
    assert "tok-123" not in rig.queue.failed[failed.id]
    assert "supaops/worker" not in rig.queue.failed[failed.id]


@pytest.mark.parametrize(
    "error",
    [
        SystemExit(3),
        KeyboardInterrupt(),
        StopIteration(),
        asyncio.CancelledError(),
        Unheard("of"),
        BaseExceptionGroup("all", [SystemExit(1)]),
    ],
)
@pytest.mark.parametrize("kind", ["async", "sync"])
async def test_exit_of_a_handler_fails_its_job_alone(
    rig: Rig, error: BaseException, kind: str
) -> None:
    async def stop(_context: Context, _payload: object) -> None:
        raise error

    def stop_thread(_context: Context, _payload: object) -> None:
        raise error

    rig.handlers.handler("stop")(stop if kind == "async" else stop_thread)
    rig.handlers.handler("work")(lambda *_: "fine")
    rig.queue.ready.extend([job("stop"), job()])
    assert await rig.run() == Tally(claimed=2, succeeded=1, retried=1)


async def test_log_of_a_failure_shows_control_characters_instead_of_obeying_them(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    @rig.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        raise ValueError("\x1b[2Jall is \u202ewell\rINFO all is well")

    rig.queue.ready.append(failed := job())
    await rig.run()
    [record] = [each for each in caplog.records if "ValueError" in each.getMessage()]
    assert record.getMessage() == f"job {failed.id}: ValueError: \\x1b[2Jall is \\u202ewell"


async def test_last_attempt_counts_as_failed(rig: Rig) -> None:
    @rig.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        raise ValueError

    rig.queue.ready.append(job(attempts=5))
    assert await rig.run() == Tally(claimed=1, failed=1)


async def test_unknown_task_type_is_retried_with_a_clear_error(rig: Rig) -> None:
    rig.queue.ready.append(unknown := job("tomorrows_job"))
    assert await rig.run() == Tally(claimed=1, retried=1)
    assert rig.queue.failed[unknown.id] == (
        "UnknownTaskType: this worker has no handler for task type 'tomorrows_job'"
    )


async def test_job_is_cut_off_at_its_timeout(rig: Rig) -> None:
    @rig.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        await asyncio.Event().wait()

    rig.queue.ready.append(slow := job(timeout=SOON))
    assert await rig.run() == Tally(claimed=1, retried=1)
    assert rig.queue.failed[slow.id] == "TimeoutError: cut off after its timeout of 0.05 s"


async def test_timeout_of_the_handlers_own_making_keeps_its_message(rig: Rig) -> None:
    @rig.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        raise TimeoutError("upstream was slow")

    rig.queue.ready.append(slow := job())
    await rig.run()
    assert rig.queue.failed[slow.id].startswith("TimeoutError: upstream was slow\n")


@pytest.mark.parametrize("result", [float("nan"), object(), {"a": {1}}])
async def test_result_that_is_not_json_fails_the_attempt(rig: Rig, result: object) -> None:
    @rig.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> object:
        return result

    rig.queue.ready.append(job())
    assert await rig.run() == Tally(claimed=1, retried=1)


async def test_result_that_the_database_refuses_fails_the_attempt(rig: Rig) -> None:
    @rig.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> str:
        rig.queue.away.append(DatabaseError("unsupported Unicode escape sequence"))
        return "\0"

    rig.queue.ready.append(bad := job())
    assert await rig.run() == Tally(claimed=1, retried=1)
    assert rig.queue.failed == {
        bad.id: "the result was refused: unsupported Unicode escape sequence"
    }


async def test_refused_completion_is_counted_and_no_error(rig: Rig) -> None:
    rig.handlers.handler("work")(lambda *_: None)
    rig.queue.refuses = True
    rig.queue.ready.extend([job(), job("unheard_of")])
    assert await rig.run() == Tally(claimed=2, refused=2)


async def test_end_is_recorded_once_the_database_is_back(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion_module, "FIRST_PAUSE_S", 0.001)

    @rig.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        rig.queue.away.extend([gone(), gone(), gone()])

    rig.queue.ready.append(job())
    assert await rig.run() == Tally(claimed=1, succeeded=1)


async def test_end_is_given_up_when_the_lease_is_over() -> None:
    rig = Rig(lease=timedelta(seconds=0.3))

    @rig.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        rig.queue.away.extend([gone()] * 1000)

    rig.queue.ready.append(job())
    assert await rig.run() == Tally(claimed=1, refused=1)


async def test_smoke_job_returns_its_correlation_id(rig: Rig) -> None:
    rig.handlers.include(builtin)
    rig.queue.ready.extend(
        [smoke := job("supaops_smoke", {"correlation_id": "c-1"}), bare := job("supaops_smoke", [])]
    )
    await rig.run()
    assert rig.queue.succeeded == {smoke.id: '"c-1"', bare.id: None}
