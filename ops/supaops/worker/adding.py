"""A job that a handler adds, checked where it is asked for."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from supaops.db.work import NewJob
from supaops.traceparent import current_traceparent
from supaops.worker.endings import to_json


def new_job(
    task_type: str,
    payload: Any = None,
    *,
    run_at: datetime | None = None,
    queue: str | None = None,
    priority: int | None = None,
    max_attempts: int | None = None,
    dedup_key: str | None = None,
) -> NewJob:
    """Return a job with its payload as plain JSON, a copy of what it is now.

    It goes on in the trace of whoever adds it.

    Raises: TypeError or ValueError for what no job can have, as in ``context.enqueue``.
    """
    _is("task_type", task_type, str)
    for name, value in (("queue", queue), ("dedup_key", dedup_key)):
        _is(name, value, str | None)
    for name, number in (("priority", priority), ("max_attempts", max_attempts)):
        _is(name, number, int | None)
    _is("run_at", run_at, datetime | None)
    if run_at is not None and run_at.tzinfo is None:
        raise ValueError("run_at needs a time zone, such as datetime.now(UTC)")
    plain = None if payload is None else json.loads(to_json(payload))
    trace = current_traceparent()
    return NewJob(task_type, plain, run_at, queue, priority, max_attempts, dedup_key, trace)


def _is(name: str, value: object, kind: Any) -> None:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(f"{name} cannot be {type(value).__name__}")
