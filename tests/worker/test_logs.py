"""The worker's log: what each line names, and what none of them shows."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from typing import Any

import httpx
import pytest
import structlog

from supaops.worker import Context, Handlers
from supaops.worker.execution import Executor
from supaops.worker.http.app import application
from supaops.worker.http.endpoint import Endpoint
from supaops.worker.runner import Runner
from supaops.worker.telemetry.correlation import Correlation
from supaops.worker.telemetry.job_log import EachJob, ManyJobs
from supaops.worker.telemetry.log_choice import LogFormat, LogLevel
from supaops.worker.telemetry.log_text import text_line
from supaops.worker.telemetry.observer import Observers
from tests.projects import ROOT
from tests.worker.fake_queue import FakeQueue, job
from tests.worker.logging_rig import Logged, logged
from tests.worker.rig import no_connection
from tests.worker.serving import serving
from tests.worker.test_endpoint import AUTH, RUN, Service

pytestmark = pytest.mark.anyio

NAMES = {"job_id": 7, "task_type": "work", "attempt": 2, "queue": "default", "worker": "host:1"}


@pytest.fixture
def log() -> Iterator[Logged]:
    with logged(LogFormat.JSON) as log:
        yield log


def executor(handlers: Handlers) -> Executor:
    return Executor(handlers, no_connection, observer=Correlation())


async def test_a_line_of_a_library_in_a_thread_names_the_job(log: Logged) -> None:
    handlers, known = Handlers(), job("work", attempts=3)

    @handlers.handler("work")
    def work(_context: Context, _payload: object) -> None:
        logging.getLogger("upstream").warning("slow: %d s", 7)

    await executor(handlers).execute(known)
    said = log.event("slow: 7 s")
    assert said["timestamp"].endswith("Z")
    names = {"job_id": known.id, "task_type": "work", "queue": "default", "attempt": 3}
    assert {key: said[key] for key in names} == names
    assert (said["level"], said["logger"]) == ("warning", "upstream")


async def test_structlog_of_a_handler_goes_the_same_way(log: Logged) -> None:
    handlers, known = Handlers(), job("work")

    @handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        structlog.get_logger("app").info("fetched", games=360)

    await executor(handlers).execute(known)
    said = log.event("fetched")
    assert (said["games"], said["job_id"], said["logger"]) == (360, known.id, "app")


async def test_what_a_handler_binds_is_gone_for_the_next_job_of_its_slot(log: Logged) -> None:
    handlers = Handlers()

    @handlers.handler("work")
    async def work(_context: Context, payload: dict[str, Any]) -> None:
        if payload:
            structlog.contextvars.bind_contextvars(game="tetris")
        logging.getLogger("app").info("at work")

    runs = executor(handlers)
    await runs.execute(job("work", {"bind": True}))
    await runs.execute(job("work"))  # in the same task, as a stream's slots do
    logging.getLogger("app").info("between jobs")
    first, second, between = log.events
    assert first["game"] == "tetris"
    assert "game" not in second
    assert not {"game", "job_id"} & between.keys()


async def test_an_exception_is_told_without_the_variables_of_its_frames(log: Logged) -> None:
    def fail(password: str) -> None:
        raise ValueError(len(password))

    try:
        fail("hunter2".upper())
    except ValueError:
        logging.getLogger("app").exception("it failed")
    said = log.event("it failed")
    assert "ValueError: 7" in said["exception"]
    assert "in fail" in said["exception"]
    assert "HUNTER2" not in log.stream.getvalue()


async def test_a_request_gives_its_ids_to_all_that_is_done_for_it(log: Logged) -> None:
    service = Service()

    @service.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        logging.getLogger("app").info("at work")

    queue = FakeQueue()
    queue.ready.append(job("work"))
    observer = Observers([Correlation(), EachJob()])
    worker = Executor(service.handlers, no_connection, observer=observer)
    runner = Runner(queue, worker, concurrency=5, lease=service.settings.lease, observer=observer)
    headers = {**AUTH, "x-request-id": "req-7", "x-supaops-dispatch": "41"}
    async with serving(application(Endpoint(service.settings, runner))) as client:
        await client.post(RUN, headers=headers)
    for text in ("at work", "attempt 1: succeeded", f"POST {RUN} 200"):
        said = log.event(text)
        assert (said["request_id"], said["dispatch"]) == ("req-7", "41"), text
    assert log.event("attempt 1: succeeded")["ending"] == "succeeded"


async def test_a_request_id_that_is_not_plain_is_replaced(log: Logged) -> None:
    given = ("x" * 65, "a b", '"},{"', "\xff", "")
    async with Service().serve() as client:
        for each in given:
            await client.post(RUN, headers={b"x-request-id": each.encode("latin-1")})
    said = [each for each in log.events if f"POST {RUN} 401" in each["event"]]
    assert [len(each["request_id"]) for each in said] == [32] * len(given)
    assert not any("dispatch" in each for each in said)


async def test_many_ends_are_one_line_and_at_debug_one_each(log: Logged) -> None:
    many = ManyJobs(every_s=0.01)
    for ending in ("succeeded", "succeeded", "retried"):
        many.ended(job(), ending)
    async with asyncio.timeout(5):
        while not log.lines:
            await asyncio.sleep(0.001)
    [said] = log.events
    assert said["event"] == "jobs ended: 2 succeeded, 1 retried"
    assert (said["succeeded"], said["retried"]) == (2, 1)
    with logged(LogFormat.JSON, LogLevel.DEBUG) as at_debug:
        ManyJobs().ended(job("work"), "failed")
        assert at_debug.event("work attempt 1: failed")["level"] == "debug"


async def test_libraries_that_show_urls_and_headers_are_quiet_even_at_debug() -> None:
    with logged(LogFormat.JSON, LogLevel.DEBUG) as log:
        async with Service().serve() as client, httpx.AsyncClient() as other:
            await other.get(f"{client.base_url}/nowhere?key=s3cret", headers=AUTH)
    assert "s3cret" not in log.stream.getvalue()
    assert log.event("GET /nowhere 404")


class Terminal(StringIO):
    """A stream that somebody looks at."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_text_and_colour_unless_that_is_not_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with logged(None, stream=Terminal()) as log:
        logging.getLogger("app").warning("slow")
    assert "\x1b[33mwarning: \x1b[0mapp: slow" in log.stream.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    with logged(None, stream=Terminal()) as log:
        logging.getLogger("app").warning("slow")
    assert log.stream.getvalue().endswith("Z  warning: app: slow\n")
    with logged(None) as log:
        logging.getLogger("app").warning("slow")
    assert log.event("slow")["level"] == "warning"


OWN_SENTRY = """
import logging, sys, sentry_sdk, structlog
from supaops.worker.telemetry.logs import configure_logging

told = []
sentry_sdk.init("https://key@example.invalid/1", transport=told.append)
configure_logging()
structlog.get_logger("app").error("by structlog")
logging.getLogger("app").error("by logging")
sys.exit(len(told) != 2)
"""


def test_a_handler_s_own_sentry_hears_of_each_line_once() -> None:
    subprocess.run(
        [sys.executable, "-c", OWN_SENTRY], check=True, env={"PYTHONPATH": str(ROOT / "ops")}
    )


def test_a_line_for_a_person_names_the_job_and_escapes_what_moves_the_cursor() -> None:
    event = {
        "timestamp": "T",
        "level": "warning",
        "logger": "upstream",
        "event": "slow\n\x1b[31mforged",
        "exception": "Traceback\nValueError: \x1b[2J",
        "retry": 3,
    }
    assert text_line(event | NAMES, colour=False).splitlines() == [
        "T  warning: job 7 work attempt 2: upstream: slow  retry=3",
        "    \\x1b[31mforged",
        "    Traceback",
        "    ValueError: \\x1b[2J",
    ]


def test_what_our_own_lines_say_in_words_is_not_said_twice() -> None:
    event = {
        "timestamp": "T",
        "level": "info",
        "logger": "supaops.worker",
        "event": "job 7 work attempt 2: succeeded",
        "ending": "succeeded",
        "request_id": "r",
        "dispatch": "41",
    }
    said = text_line(event | NAMES, colour=False)
    assert said == "T  job 7 work attempt 2: succeeded  dispatch=41"


def test_colour_is_only_that() -> None:
    event = {"timestamp": "T", "level": "error", "logger": "app", "event": "bad", "n": 1}
    coloured = text_line(event, colour=True)
    assert coloured == "\x1b[2mT\x1b[0m  \x1b[31merror: \x1b[0mapp: bad\x1b[2m  n=1\x1b[0m"
    plain = text_line(event, colour=False)
    assert plain == "T  error: app: bad  n=1"
