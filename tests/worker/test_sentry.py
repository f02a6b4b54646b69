"""What Sentry hears of jobs, and what it never hears."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from supaops.db.work import Job
from supaops.worker import Context
from supaops.worker.sentry.client import make_client
from supaops.worker.sentry.reporter import SentryReporter
from supaops.worker.sentry.scrub import Scrubber
from supaops.worker.sentry.transport import FULL, QUEUE
from tests.worker.fake_queue import job
from tests.worker.queue_rows import until
from tests.worker.rig import Rig
from tests.worker.sentry_receiver import KEY, PROJECT, Receiver, receiving

pytestmark = pytest.mark.anyio

SECRET = "correct-horse-battery"
PAYLOAD = {"email": "ada@example.com", "card": 4111111111111111, "notes": ['naïve "quoted"']}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def reporting_to(dsn: str, *, messages: bool = False) -> SentryReporter:
    """Return a reporter of the environment `test`."""
    scrubber = Scrubber([SECRET, dsn])
    client = make_client(dsn, environment="test", release="supaops@0", scrubber=scrubber)
    return SentryReporter(client, messages=messages)


def nobody() -> str:
    """Return the DSN of a Sentry that is not there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return f"http://{KEY}@127.0.0.1:{port}/{PROJECT}"


def last(task_type: str = "work", **changes: Any) -> Job:
    """Return a job on its last attempt."""
    return job(task_type, attempts=5, max_attempts=5, **changes)


@asynccontextmanager
async def worked_off(reporter: SentryReporter, *jobs: Job) -> AsyncIterator[Rig]:
    """Run jobs whose handler tells, in every way it can, what it should not."""
    rig = Rig(concurrency=len(jobs), reporter=reporter)

    @rig.handlers.handler("work")
    async def work(_context: Context, payload: Any) -> None:
        variable = f"{payload} {SECRET}"
        try:
            _ = {"": payload}[variable]
        except KeyError as error:
            error.add_note(variable)
            raise ValueError(
                f"no such customer: {payload['email']} {payload!r} {SECRET}"
            ) from error

    rig.queue.ready.extend(jobs)
    await rig.run(len(jobs))
    yield rig
    await reporter.close()


async def test_a_failure_without_retries_left_is_one_event(receiver: Receiver) -> None:
    failing = last(payload=PAYLOAD, queue="mail")
    async with worked_off(reporting_to(receiver.dsn), failing):
        await until(lambda: receiver.events)
    [event] = receiver.events
    assert event.fingerprint == ["work", "ValueError"]
    assert event.tags.pop("worker").count(":") == 1
    assert event.tags == {"job_runner": "true", "task_type": "work", "queue": "mail"}
    assert (event.level, event.environment) == ("error", "test")
    assert event.extra == {"job_id": failing.id, "attempts": 5, "max_attempts": 5}
    assert [each.type for each in event.exception.values] == ["KeyError", "ValueError"]
    frames = event.exception.values[-1].stacktrace
    assert frames
    assert [frame.function.rpartition(".")[2] for frame in frames.frames] == ["work"]


async def test_a_failure_that_is_tried_again_is_none(receiver: Receiver) -> None:
    reporter = reporting_to(receiver.dsn)
    async with worked_off(reporter, job(payload=PAYLOAD), last(payload=PAYLOAD)) as rig:
        assert len(rig.queue.failed) == 2
    assert [event.extra["attempts"] for event in receiver.events] == [5]


@pytest.mark.parametrize("messages", [False, True])
async def test_neither_payload_nor_secret_leaves_the_worker(
    receiver: Receiver, *, messages: bool
) -> None:
    reporter = reporting_to(receiver.dsn, messages=messages)
    async with worked_off(reporter, last(payload=PAYLOAD)):
        await until(lambda: receiver.events)
    for told in (SECRET, "ada@example.com", "4111111111111111", "naïve", "na\\u00efve", "variable"):
        assert told not in receiver.everything


async def test_a_message_is_told_only_where_it_is_asked_for(receiver: Receiver) -> None:
    for messages in (False, True):
        reporter = reporting_to(receiver.dsn, messages=messages)
        async with worked_off(reporter, last(payload=PAYLOAD)):
            pass
    said = [event.exception.values[-1].value for event in receiver.events]
    assert said[0] == ""
    assert said[1].startswith("no such customer: [payload] {")
    assert said[1].endswith("} [secret]")


async def test_an_error_of_the_worker_s_own_says_what_it_is(receiver: Receiver) -> None:
    async with worked_off(reporting_to(receiver.dsn), last("unheard_of")):
        pass
    [event] = receiver.events
    assert event.fingerprint == ["unheard_of", "UnknownTaskType"]
    assert event.exception.values[0].value == (
        "this worker has no handler for task type 'unheard_of'"
    )


async def test_an_error_whose_text_cannot_be_made_is_reported(receiver: Receiver) -> None:
    class Broken(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    reporter = reporting_to(receiver.dsn, messages=True)
    reporter.failed(last(), "Broken", Broken())
    await reporter.close()
    assert receiver.events[0].exception.values[0].type.endswith("Broken")


async def test_a_sentry_that_hangs_holds_up_no_job(receiver: Receiver) -> None:
    receiver.gate.clear()
    reporter = reporting_to(receiver.dsn)
    count = 3 * QUEUE
    async with worked_off(reporter, *(last(payload=PAYLOAD) for _ in range(count))) as rig:
        assert len(rig.queue.failed) == count
        assert receiver.items == []
        told = reporter.describe()
        assert told["dropped"] >= count - QUEUE - 1
        assert (told["enabled"], told["last_error"]) == (True, FULL)
    assert receiver.items == []  # nor did the end of the worker wait for it


async def test_the_end_waits_a_moment_for_what_is_under_way(receiver: Receiver) -> None:
    receiver.gate.clear()
    reporter = reporting_to(receiver.dsn)
    reporter.failed(last(), "Late: for good", None)
    closing = asyncio.create_task(reporter.close())
    await asyncio.sleep(0)
    receiver.gate.set()
    await closing
    assert len(receiver.events) == 1


async def test_what_there_is_no_room_for_is_not_even_made(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []

    def make(failure: object, **_named: object) -> dict[str, Any]:
        made.append(failure)
        return {"level": "error"}

    monkeypatch.setattr("supaops.worker.sentry.reporter.failure_event", make)
    receiver.gate.clear()
    reporter = reporting_to(receiver.dsn)
    for _ in range(3 * QUEUE):
        reporter.failed(last(), "Late: for good", None)
    assert len(made) <= QUEUE + 1


@pytest.mark.parametrize("status", [429, 500])
async def test_what_sentry_refuses_is_counted_and_costs_no_job(
    receiver: Receiver, status: int
) -> None:
    receiver.status = status
    reporter = reporting_to(receiver.dsn)
    async with worked_off(reporter, *(last(payload=PAYLOAD) for _ in range(3))) as rig:
        assert len(rig.queue.failed) == 3
        await until(lambda: reporter.describe()["dropped"] == 3)
        assert reporter.describe()["last_error"] == f"HTTP {status}"


async def test_a_sentry_that_is_not_there_costs_no_job_and_its_address_stays_unsaid(
    caplog: pytest.LogCaptureFixture,
) -> None:
    dsn = nobody()
    reporter = reporting_to(dsn)
    async with worked_off(reporter, last(payload=PAYLOAD)) as rig:
        assert len(rig.queue.failed) == 1
        await until(lambda: reporter.describe()["dropped"] == 1)
    assert reporter.describe()["last_error"] == "MaxRetryError"
    assert KEY not in caplog.text


async def test_what_arrives_again_ends_the_complaint(receiver: Receiver) -> None:
    receiver.status = 500
    reporter = reporting_to(receiver.dsn)
    reporter.failed(last(), "Late: for good", None)
    await until(lambda: reporter.describe()["dropped"])
    receiver.status = 200
    reporter.failed(last(), "Late: for good", None)
    await until(lambda: reporter.describe()["last_error"] is None)
    assert reporter.describe()["dropped"] == 1
    await reporter.close()


async def test_a_defect_in_the_report_costs_no_job(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_arguments: object, **_named: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("supaops.worker.sentry.reporter.failure_event", broken)
    reporter = reporting_to(receiver.dsn)
    async with worked_off(reporter, last(payload=PAYLOAD)) as rig:
        assert len(rig.queue.failed) == 1
    assert reporter.describe() == {"enabled": True, "dropped": 1, "last_error": "RuntimeError"}
    said = [record.getMessage() for record in caplog.records if "Sentry" in record.getMessage()]
    assert said == ["not reported to Sentry: RuntimeError"]


async def test_the_application_s_own_sentry_is_left_alone(receiver: Receiver) -> None:
    import sentry_sdk  # noqa: PLC0415  only this test asks it

    reporter = reporting_to(receiver.dsn)
    assert not sentry_sdk.get_client().is_active()
    await asyncio.gather(reporter.close())
