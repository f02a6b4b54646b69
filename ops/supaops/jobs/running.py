"""Run a cron job now: once, from here, as pg_cron would, with a record of who and why."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from supaops.config.model import Config
from supaops.config.secrecy import without_secrets
from supaops.db.connect import Connection
from supaops.db.cron_pause import target_of
from supaops.db.environment import GuardState
from supaops.db.hand_run import (
    Answer,
    HandRun,
    Runnable,
    answer_to,
    dispatch_of,
    read_runnable,
    run_by_hand,
)
from supaops.db.operators import Actor, acting, record
from supaops.errors import Refused
from supaops.jobs.cron_pausing import require_declared

LIMIT = timedelta(seconds=20)
"""How long a command may take."""
PATIENCE = timedelta(seconds=6)
"""How long the worker's answer is waited for."""
_POLL_S = 0.2
_LONGEST_MESSAGE = 300


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run has led to.

    Attributes:
        message: what pg_cron would have noted, without what looks like a secret.
        posts: whether the job wakes the worker.
        answer: what became of its post; None when there was none.
    """

    name: str
    succeeded: bool
    message: str
    took_s: float
    posts: bool
    answer: Answer | None = None


def run_job(
    conn: Connection,
    config: Config,
    name: str,
    actor: Actor,
    *,
    limit: timedelta = LIMIT,
    patience: timedelta = PATIENCE,
) -> Ran:
    """Run the live command of a declared cron job once, and wait for the worker's answer.

    The audit has the run before it begins, and how it ended after.

    Raises: Refused with the reason where it must not run; SupaopsError; DatabaseError.
    """
    require_declared(config, name)
    with acting(conn, f"running {name}", actor):
        job = read_runnable(conn, name, limit + patience)
        command = _runnable(config, name, job).command
        record(conn, "run", target_of(name), None, None)
    done = run_by_hand(conn, command, limit)
    posts = config.cron.jobs[name].call == "trigger_worker"
    dispatch_id = _dispatch(conn, done) if posts else None
    message = without_secrets(done.outcome.message.strip())[:_LONGEST_MESSAGE]
    with acting(conn, f"recording the run of {name}", actor):
        record(conn, "ran", target_of(name), None, _told(done, message, dispatch_id))
    answer = None if dispatch_id is None else _awaited(conn, config, dispatch_id, patience)
    return Ran(name, done.outcome.succeeded, message, done.took_s, posts, answer)


def _runnable(config: Config, name: str, job: Runnable | None) -> Runnable:
    """Return the job, or refuse.

    Raises: Refused.
    """
    if job is None:
        raise Refused(
            f"{name} is not in the database", hint=f"supaops plan --env {config.environment}"
        )
    if why := _objection(config, name, job):
        raise Refused(f"{name} was not run: {why[0]}", hint=why[1])
    return job


def _objection(config: Config, name: str, job: Runnable) -> tuple[str, str] | None:
    """Return why a job must not run now, and what to do about it."""
    arm = f"unless this is a copy: supaops arm --env {config.environment}"
    if job.guard_state is GuardState.DISARMED:
        return f"the database is disarmed: {job.disarmed_reason}", arm
    if job.guard_state is not GuardState.ARMED and _is_guarded(config, name):
        return "its worker has not confirmed the database yet", f"it does with its next post; {arm}"
    if job.role != job.owner:
        return f"pg_cron runs it as {job.owner}, and we are {job.role}", f"connect as {job.owner}"
    if job.is_run_by_hand:
        return f"a run by {job.run_by} is under way", "wait for its end"
    if job.is_run_by_cron:
        return "a run by pg_cron is under way", "wait for its end"
    return None


def _is_guarded(config: Config, name: str) -> bool:
    job = config.cron.jobs[name]
    return config.clone_guard and job.guard and job.call != "trigger_worker"


def _dispatch(conn: Connection, done: HandRun) -> int | None:
    """Return the ledger's id of the post whose number the function has returned."""
    if done.value is None or not done.value.isdecimal():
        return None
    return dispatch_of(conn, int(done.value))


def _told(done: HandRun, message: str, dispatch_id: int | None) -> dict[str, Any]:
    return {
        "succeeded": done.outcome.succeeded,
        "message": message,
        "took_s": round(done.took_s, 3),
        "dispatch_id": dispatch_id,
    }


def _awaited(conn: Connection, config: Config, dispatch_id: int, patience: timedelta) -> Answer:
    deadline = time.monotonic() + patience.total_seconds()
    while (found := answer_to(conn, config, dispatch_id)).outcome == "pending":
        if time.monotonic() >= deadline:
            break
        time.sleep(_POLL_S)
    return found


__all__ = ["Answer", "Ran", "run_job"]
