"""What a handler is given beside its payload."""

from __future__ import annotations

import logging
from collections.abc import Callable, MutableMapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from supaops.db.connect import AsyncConnection
from supaops.db.work import Job

Connections = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


class JobLogger(logging.LoggerAdapter[logging.Logger]):
    """Put the job's id, type and attempt before each message and into the record's fields."""

    def __init__(self, job: Job) -> None:
        fields = {"job_id": job.id, "task_type": job.task_type, "attempt": job.attempts}
        super().__init__(logging.getLogger("supaops.worker.job"), fields)
        self._prefix = f"job {job.id} {job.task_type} attempt {job.attempts}"

    def process(
        self, msg: Any, kwargs: MutableMapping[str, Any]
    ) -> tuple[Any, MutableMapping[str, Any]]:
        """Return the prefixed message, and the handler's own fields beside the job's."""
        kwargs["extra"] = {**(kwargs.get("extra") or {}), **(self.extra or {})}
        return f"{self._prefix}: {msg}", kwargs


@dataclass(frozen=True, slots=True)
class Context:
    """One attempt at one job.

    `deadline` is when the attempt is cut off (aware, UTC). `connection` opens a connection of the
    worker's pool for the handler's own statements: autocommit, rows as dicts; an asynchronous
    context manager, for asynchronous handlers.
    """

    job: Job
    deadline: datetime
    connection: Connections

    @property
    def logger(self) -> JobLogger:
        """Return a logger that names the job; made on demand, since most jobs log nothing."""
        return JobLogger(self.job)

    @property
    def attempt(self) -> int:
        """Return which attempt this is, from 1."""
        return self.job.attempts
