"""A span for each attempt, in the trace of whoever enqueued the job.

Source: OpenTelemetry, "Semantic conventions for messaging spans", version 1.43.0. This module is
imported when there is something to trace to, and nowhere else.
"""

from __future__ import annotations

import logging
import threading
import time
from contextvars import Token
from types import TracebackType

from opentelemetry import context as otel
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

from supaops import __version__
from supaops.db.work import Job
from supaops.worker.endings import kind_of
from supaops.worker.tally import Ending
from supaops.worker.telemetry.observer import Observer

SERVICE = "supaops-worker"
"""What the worker is called unless OTEL_SERVICE_NAME says otherwise."""
FLUSH_S = 3.0
"""What the last spans get at a stop: a collector that is away must not hold up the end."""
_FAILURES = frozenset({"failed", "retried"})
_W3C = TraceContextTextMapPropagator()


def in_place() -> TracerProvider | None:
    """Return the provider that the handlers' modules have set up, if they have."""
    provider = trace.get_tracer_provider()
    return provider if isinstance(provider, TracerProvider) else None


def exporting() -> TracerProvider:
    """Return a provider that sends by OTLP over HTTP as the standard variables say.

    It becomes the process's own, so that spans of handlers go the same way.

    Raises: ImportError without the exporter's package.
    """
    # Here, because a provider of the handlers' own need not come with this exporter.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )

    logging.getLogger(OTLPSpanExporter.__module__).addFilter(_without_url)
    provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return provider


def _without_url(record: logging.LogRecord) -> bool:
    """Leave of an error its class: what it says holds the collector's URL, and that its secrets."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            type(each).__name__ if isinstance(each, BaseException) else each for each in record.args
        )
    return True


def _resource() -> Resource:
    found = Resource.create({"service.version": __version__})
    is_named = not str(found.attributes["service.name"]).startswith("unknown_service")
    return found if is_named else found.merge(Resource({"service.name": SERVICE}))


def flush(provider: TracerProvider) -> None:
    """Send what waits, within `FLUSH_S`."""
    ending = threading.Thread(target=provider.shutdown, name="flush spans", daemon=True)
    ending.start()
    ending.join(FLUSH_S)


class Tracing(Observer):
    """Make spans.

    A span ends with its handler, and is handed on once it is recorded how the job ended.
    """

    def __init__(self, provider: trace.TracerProvider) -> None:
        self._tracer = provider.get_tracer("supaops", __version__)
        self._open: dict[tuple[int, int], _Attempt] = {}

    def attempt(self, job: Job) -> _Attempt:
        """Return what makes the span the current one."""
        started = self._tracer.start_span(
            f"process {job.task_type}",
            context=_parent(job),
            kind=SpanKind.CONSUMER,
            attributes=_attributes(job),
        )
        attempt = self._open[job.id, job.lease_id] = _Attempt(started)
        return attempt

    def ended(self, job: Job, ending: Ending) -> None:
        """End the span of a job."""
        attempt = self._open.pop((job.id, job.lease_id), None)
        if attempt:
            attempt.end(ending)

    def close(self) -> None:
        """End the spans of jobs whose end nobody recorded."""
        while self._open:
            self._open.popitem()[1].end("unknown")


class _Attempt:
    """The span of one call of a handler."""

    __slots__ = ("_ended_ns", "_error", "_span", "_token")

    def __init__(self, span: Span) -> None:
        self._span = span
        self._ended_ns: int | None = None
        self._error: str | None = None

    def __enter__(self) -> None:
        self._token: Token[Context] = otel.attach(trace.set_span_in_context(self._span))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        stack: TracebackType | None,
    ) -> None:
        del kind, stack
        otel.detach(self._token)
        self._ended_ns = time.time_ns()
        self._error = kind_of(error) if error else None  # what it says may repeat the payload

    def end(self, outcome: str) -> None:
        """Say how it ended, and hand it on; the time is when the handler returned."""
        self._span.set_attribute("supaops.job.outcome", outcome)
        if outcome in _FAILURES:
            self._span.set_attribute("error.type", _error_type(self._error))
            self._span.set_status(Status(StatusCode.ERROR))
        self._span.end(self._ended_ns)


def _error_type(raised: str | None) -> str:
    """Return what failed: a timeout cancels the handler, and the result may be no JSON."""
    return "TimeoutError" if raised == "CancelledError" else raised or "_OTHER"


def _parent(job: Job) -> Context:
    return _W3C.extract({"traceparent": job.traceparent or ""}, Context())


def _attributes(job: Job) -> dict[str, AttributeValue]:
    return {
        "messaging.system": "supaops",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": job.queue,
        "messaging.message.id": str(job.id),
        "supaops.job.task_type": job.task_type,
        "supaops.job.attempt": job.attempts,
    }
