"""Which request and which job the code at hand works for: what every log line says of itself."""

from __future__ import annotations

from contextvars import ContextVar, Token
from typing import Any, NamedTuple

from structlog.contextvars import clear_contextvars

from supaops.db.work import Job
from supaops.traceparent import carried, span_ids, valid
from supaops.worker.telemetry.naming import job_fields
from supaops.worker.telemetry.observer import Observer


class Call(NamedTuple):
    """A request to the worker.

    Attributes:
        request_id: what the caller calls it, or we do.
        dispatch: the number of the database's post; None for a call by hand.
    """

    request_id: str
    dispatch: str | None


# A variable each, not one per field as structlog has them: it is set for each job.
current_call: ContextVar[Call | None] = ContextVar("supaops_call", default=None)
_current_job: ContextVar[Job | None] = ContextVar("supaops_job", default=None)


def correlation() -> dict[str, Any]:
    """Return the fields that say what the code at hand works for; never a payload."""
    call, job, span = current_call.get(), _current_job.get(), span_ids()
    known: dict[str, Any] = job_fields(job) if job else {}
    if call:
        known["request_id"] = call.request_id
        if call.dispatch:
            known["dispatch"] = call.dispatch
    if span:
        known["trace_id"], known["span_id"], _ = span
    return known


class Correlation(Observer):
    """Have all that is logged, or enqueued, during an attempt know the job."""

    def attempt(self, job: Job) -> _Bound:
        """Return what binds the job."""
        return _Bound(job)


class _Bound:
    """The job is the current one, in its task and in the threads that it starts."""

    __slots__ = ("_before", "_carried", "_job")

    def __init__(self, job: Job) -> None:
        self._job = job

    def __enter__(self) -> None:
        self._before: Token[Job | None] = _current_job.set(self._job)
        self._carried = carried.set(valid(self._job.traceparent))

    def __exit__(self, *_: object) -> None:
        carried.reset(self._carried)
        _current_job.reset(self._before)
        clear_contextvars()  # what the handler bound: the next job may run in the same task
