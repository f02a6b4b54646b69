"""Spans of attempts, and the place in a trace that goes from an enqueue to its run."""

from __future__ import annotations

import asyncio
import logging
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from supaops.db.work import Job
from supaops.traceparent import current_traceparent, valid
from supaops.worker import Context, Handlers
from supaops.worker.endings import AttemptFailed
from supaops.worker.execution import Executor
from supaops.worker.outcome import Failed
from supaops.worker.tally import Ending
from supaops.worker.telemetry import tracing
from supaops.worker.telemetry.correlation import Correlation
from supaops.worker.telemetry.log_choice import LogFormat, LogLevel
from supaops.worker.telemetry.observer import Observers
from supaops.worker.telemetry.tracing import Tracing
from tests.projects import ROOT
from tests.worker.fake_queue import job
from tests.worker.logging_rig import logged
from tests.worker.rig import no_connection

pytestmark = pytest.mark.anyio

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{SPAN}-01"


@dataclass
class Rig:
    """Spans in memory."""

    exported: InMemorySpanExporter
    spans: Tracing
    executor: Executor
    handlers: Handlers

    async def run(self, known: Job, ending: Ending) -> None:
        await self.executor.execute(known)
        self.spans.ended(known, ending)


@pytest.fixture
def rig() -> Rig:
    exported, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exported))
    spans, handlers = Tracing(provider), Handlers()
    executor = Executor(handlers, no_connection, observer=Observers([Correlation(), spans]))
    return Rig(exported, spans, executor, handlers)


async def test_an_attempt_is_a_span_by_the_conventions_for_messaging(rig: Rig) -> None:
    rig.handlers.handler("work")(lambda _context, _payload: None)
    known = job("work", {"secret": "of a user"}, attempts=2)
    await rig.run(known, "succeeded")
    [span] = rig.exported.get_finished_spans()
    assert (span.name, span.kind) == ("process work", SpanKind.CONSUMER)
    assert span.attributes == {
        "messaging.system": "supaops",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": "default",
        "messaging.message.id": str(known.id),
        "supaops.job.task_type": "work",
        "supaops.job.attempt": 2,
        "supaops.job.outcome": "succeeded",
    }
    assert span.status.status_code is StatusCode.UNSET


async def test_its_parent_is_whoever_enqueued_the_job(rig: Rig) -> None:
    rig.handlers.handler("work")(lambda _context, _payload: None)
    await rig.run(job("work", traceparent=PARENT), "succeeded")
    await rig.run(job("work", traceparent="edited by hand"), "succeeded")
    of_trace, of_none = rig.exported.get_finished_spans()
    assert of_trace.parent is not None
    assert f"{of_trace.parent.trace_id:032x}" == TRACE
    assert f"{of_trace.parent.span_id:016x}" == SPAN
    assert of_none.parent is None


async def test_a_failure_is_told_by_its_class_alone(rig: Rig) -> None:
    @rig.handlers.handler("work")
    async def work(_context: Context, payload: dict[str, Any]) -> None:
        raise LookupError(payload["secret"])

    await rig.run(job("work", {"secret": "of a user"}), "retried")
    [span] = rig.exported.get_finished_spans()
    assert span.attributes is not None
    assert span.attributes["error.type"] == "LookupError"
    assert span.attributes["supaops.job.outcome"] == "retried"
    assert span.status.status_code is StatusCode.ERROR
    assert "of a user" not in span.to_json()


async def test_what_failed_in_another_process_is_told_by_its_own_class(rig: Rig) -> None:
    known = job("work")
    with pytest.raises(AttemptFailed), rig.spans.attempt(known):
        raise AttemptFailed(Failed("LookupError: of a user"))
    rig.spans.ended(known, "failed")
    [span] = rig.exported.get_finished_spans()
    assert (span.attributes or {})["error.type"] == "LookupError"


async def test_a_timeout_is_one_and_a_cancelled_job_is_no_error(rig: Rig) -> None:
    @rig.handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        await asyncio.sleep(60)

    await rig.run(job("work", timeout=timedelta(milliseconds=10)), "retried")
    running = asyncio.create_task(rig.executor.execute(lost := job("work")))
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait({running})
    rig.spans.ended(lost, "cancelled")
    timed_out, cancelled = rig.exported.get_finished_spans()
    assert (timed_out.attributes or {})["error.type"] == "TimeoutError"
    assert "error.type" not in (cancelled.attributes or {})
    assert cancelled.status.status_code is StatusCode.UNSET


async def test_a_span_ends_with_its_handler_though_the_report_comes_later(rig: Rig) -> None:
    rig.handlers.handler("work")(lambda _context, _payload: None)
    await rig.executor.execute(known := job("work"))
    assert rig.exported.get_finished_spans() == ()
    ended_ns = time.time_ns()
    rig.spans.ended(known, "succeeded")
    [span] = rig.exported.get_finished_spans()
    assert span.end_time is not None
    assert span.end_time < ended_ns


async def test_what_nobody_reported_is_handed_on_at_the_end(rig: Rig) -> None:
    rig.handlers.handler("work")(lambda _context, _payload: None)
    await rig.executor.execute(job("work"))
    rig.spans.close()
    [span] = rig.exported.get_finished_spans()
    assert (span.attributes or {})["supaops.job.outcome"] == "unknown"


async def test_handlers_in_threads_are_within_the_span_and_their_log_says_so(rig: Rig) -> None:
    seen: list[str] = []

    @rig.handlers.handler("work")
    def work(_context: Context, _payload: object) -> None:
        seen.append(valid(current_traceparent()) or "")
        logging.getLogger("app").info("at work")

    with logged(LogFormat.JSON) as log:
        await rig.run(job("work"), "succeeded")
    [span] = rig.exported.get_finished_spans()
    assert span.context is not None
    trace_id, span_id = f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}"
    assert [each[:-2] for each in seen] == [f"00-{trace_id}-{span_id}-"]
    said = log.event("at work")
    assert (said["trace_id"], said["span_id"]) == (trace_id, span_id)
    assert current_traceparent() is None


@pytest.mark.parametrize("edited", ["", "garbage", f"00-{'0' * 32}-{SPAN}-01", PARENT.upper()])
def test_what_is_no_traceparent_is_none(edited: str) -> None:
    assert valid(edited) is None
    assert valid(PARENT) == PARENT


ENQUEUE_AND_RUN = f"""
import asyncio, sys
from supaops.db.work import Job
from supaops.traceparent import carried, current_traceparent

assert current_traceparent() is None
carried.set({PARENT!r})
assert current_traceparent() == {PARENT!r}
import supaops.worker.execution
sys.exit("opentelemetry" in sys.modules)
"""
PLAIN = {"PYTHONPATH": f"{ROOT / 'ops'}:{ROOT}"}


def test_a_collector_that_never_answers_does_not_hold_up_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tracing, "FLUSH_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1/traces"
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(url, timeout=1)))
        provider.get_tracer("test").start_span("waits").end()
        started = time.monotonic()
        tracing.flush(provider)
        assert time.monotonic() - started < 0.9


def test_a_collector_that_cannot_be_reached_is_told_without_its_url(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "gopher://u:hunter2@127.0.0.1:9/")
    monkeypatch.setattr(trace, "set_tracer_provider", lambda _: None)
    with logged(LogFormat.JSON, LogLevel.DEBUG) as log:
        provider = tracing.exporting()
        provider.get_tracer("test").start_span("lost").end()
        tracing.flush(provider)
    assert "Failed to export spans" in log.stream.getvalue()
    assert "hunter2" not in log.stream.getvalue()


def test_a_worker_without_opentelemetry_passes_on_what_its_job_carries() -> None:
    subprocess.run([sys.executable, "-c", ENQUEUE_AND_RUN], check=True, env=PLAIN)
