"""A job's last failure as an event of Sentry.

The fields are those of https://develop.sentry.dev/sdk/data-model/event-payloads/.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol

from supaops.worker.failure import handler_frames, message_of, name_of, shorten
from supaops.worker.sentry.scrub import without_payload

_MESSAGE_CHARS = 1000
_MOST_FRAMES = 50
_MOST_CAUSES = 10


class Attempted(Protocol):
    """What an event tells of a job; its payload is only looked for in messages."""

    @property
    def id(self) -> int: ...
    @property
    def task_type(self) -> str: ...
    @property
    def queue(self) -> str: ...
    @property
    def attempts(self) -> int: ...
    @property
    def max_attempts(self) -> int: ...
    @property
    def payload(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Reported:
    """A failure without retries left.

    Attributes:
        error: what `last_error` says.
        cause: what the handler raised; None for a failure that is not the handler's.
    """

    job: Attempted
    error: str
    cause: BaseException | None = None

    @property
    def error_class(self) -> str:
        """Return the error's class, or the word that our own errors begin with."""
        return name_of(self.cause) if self.cause else self.error.partition(":")[0]


def failure_event(failure: Reported, *, worker: str, messages: bool) -> dict[str, Any]:
    """Return the event of a failure: no payload, no variable, no line of source.

    Args:
        worker: what the jobs' `worker` column shows.
        messages: whether it holds what the handler's error says; our own errors always do.
    """
    job = failure.job
    return {
        "level": "error",
        "logger": "supaops.worker",
        "transaction": job.task_type,
        "fingerprint": [job.task_type, failure.error_class],
        "tags": {
            "job_runner": "true",
            "task_type": job.task_type,
            "queue": job.queue,
            "worker": worker,
        },
        "extra": {"job_id": job.id, "attempts": job.attempts, "max_attempts": job.max_attempts},
        "exception": {"values": _exceptions(failure, messages=messages)},
    }


def _exceptions(failure: Reported, *, messages: bool) -> list[dict[str, Any]]:
    if failure.cause is None:
        text = failure.error.partition(":")[2].strip()
        return [{"type": failure.error_class, "value": text}]
    chain = list(_chain(failure.cause))
    return [_exception(each, failure.job, messages=messages) for each in reversed(chain)]


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what led to it, as a traceback shows them."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause and id(cause) not in seen and len(seen) < _MOST_CAUSES:
        yield cause
        seen.add(id(cause))
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)


def _exception(error: BaseException, job: Attempted, *, messages: bool) -> dict[str, Any]:
    value = without_payload(message_of(error), job.payload) if messages else ""
    return {
        "type": name_of(error),
        "module": type(error).__module__,
        "value": shorten(value, _MESSAGE_CHARS),
        "stacktrace": {"frames": list(_frames(handler_frames(error.__traceback__)))},
    }


def _frames(stack: TracebackType | None) -> Iterator[dict[str, Any]]:
    """Yield where each call stood; the frames' variables, which hold the payload, stay here."""
    for frame, line in list(traceback.walk_tb(stack))[-_MOST_FRAMES:]:
        path = frame.f_code.co_filename
        yield {
            "filename": path.rpartition("/")[2],
            "abs_path": path,
            "function": frame.f_code.co_qualname,
            "module": frame.f_globals.get("__name__"),
            "lineno": line,
        }
