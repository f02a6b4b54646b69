"""Stop the chain at one of its links, and write down how, so that a resume can put it back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from supaops.apply import remind_scheduler
from supaops.apply.rotation import call
from supaops.config.model import Config
from supaops.db import pause as db
from supaops.db.connect import Connection
from supaops.db.operators import Actor, acting
from supaops.db.pause import How, Pause, in_force
from supaops.db.rotation import Answer
from supaops.errors import SupaopsError

DISABLED = 503
_RETRY_S = 1.0

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What to pause: `queue` and `task_type` are ``*`` for every one."""

    how: How
    reason: str
    queue: str = "*"
    task_type: str = "*"
    until: datetime | None = None


def begin_pause(conn: Connection, config: Config, wanted: Request, actor: Actor) -> Pause:
    """Pause, in one transaction with the record of it.

    Raises: SupaopsError when there is nothing to stop; DatabaseError, as for an unknown queue.
    """
    with acting(conn, "pausing", actor):
        if wanted.how is How.FLAG:
            _raise_flag(conn, config, wanted)
        else:
            stopped = _stop(conn, config, wanted.how)
            db.begin(conn, wanted.how, stopped, wanted.reason, wanted.until)
    if wanted.how is How.CRON:
        remind_scheduler(conn)
    [made] = [each for each in in_force(conn, config) if _is(each, wanted)]
    return made


def prove_disabled(
    conn: Connection, *, timeout: timedelta, progress: Progress = lambda _step: None
) -> Answer:
    """Call the worker until it answers 503, or time is up; return its last answer.

    Raises: DatabaseError.
    """
    return _call_until(conn, timeout, progress, disabled=True)


def prove_enabled(
    conn: Connection, *, timeout: timedelta, progress: Progress = lambda _step: None
) -> Answer:
    """Call the worker until it answers anything but 503, or time is up; return its last answer.

    Raises: DatabaseError.
    """
    return _call_until(conn, timeout, progress, disabled=False)


def _call_until(
    conn: Connection, timeout: timedelta, progress: Progress, *, disabled: bool
) -> Answer:
    deadline = time.monotonic() + timeout.total_seconds()
    said = call(conn, deadline)
    while (said.status_code == DISABLED) is not disabled:
        if time.monotonic() + _RETRY_S >= deadline:
            break
        progress(f"the worker answers {answered(said)}; waiting for its redeployment")
        time.sleep(_RETRY_S)
        later = call(conn, deadline)
        if later.status_code is None and time.monotonic() >= deadline:
            break  # no answer in time says less than the one before
        said = later
    return said


def answered(said: Answer) -> str:
    """Return an answer in words, such as ``HTTP 200``."""
    return f"HTTP {said.status_code}" if said.status_code else (said.error or "nothing")


def waking_jobs(config: Config) -> list[str]:
    """Return the names of the cron jobs that wake the worker."""
    return [name for name, job in config.cron.jobs.items() if job.call == "trigger_worker"]


def _raise_flag(conn: Connection, config: Config, wanted: Request) -> None:
    db.raise_flag(conn, config, wanted.queue, wanted.task_type, wanted.reason, wanted.until)


def _stop(conn: Connection, config: Config, how: How) -> list[str]:
    match how:
        case How.CRON:
            return _stop_cron(conn, config)
        case How.SECRET:
            return _put_dummy(conn, config)
        case _:
            return []


def _stop_cron(conn: Connection, config: Config) -> list[str]:
    names = waking_jobs(config)
    stopped = db.stop_cron_jobs(conn, names)
    if not stopped and not db.is_begun(conn, How.CRON):
        declared = ", ".join(names) or "none is declared"
        raise SupaopsError(
            f"no active cron job wakes the worker ({declared}): there is nothing to pause",
            hint=f"supaops plan --env {config.environment}",
        )
    return stopped


def _put_dummy(conn: Connection, config: Config) -> list[str]:
    stopped = db.put_dummy(conn, config.worker.secret)
    if not stopped:
        raise SupaopsError(
            f"{config.worker.secret} is not in Vault: there is nothing to replace",
            hint=f"supaops plan --env {config.environment}",
        )
    return stopped


def _is(pause: Pause, wanted: Request) -> bool:
    target = (pause.queue, pause.task_type, pause.how)
    return target == (wanted.queue, wanted.task_type, wanted.how)


__all__ = [
    "Answer",
    "How",
    "Pause",
    "Request",
    "answered",
    "begin_pause",
    "in_force",
    "prove_disabled",
    "prove_enabled",
]
