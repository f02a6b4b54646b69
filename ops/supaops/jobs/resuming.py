"""Put back what a pause has stopped, and prove that the chain works again."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from supaops.apply import remind_scheduler
from supaops.config.model import Config
from supaops.db import pause as db
from supaops.db.connect import Connection
from supaops.db.operators import Actor, acting
from supaops.db.pause import How, Pause, history_status
from supaops.errors import SupaopsError
from supaops.jobs.hops import HTTP_OK
from supaops.jobs.smoke import SmokeResult

_POLL_S = 0.2
_HISTORY_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Proof:
    """What a smoke test has shown after a resume.

    Attributes:
        history_status: the HTTP status beside the run of pg_cron in the cron history.
    """

    smoke: SmokeResult
    history_status: int | None

    @property
    def holds(self) -> bool:
        """Tell whether the job came through, and the cron history says so."""
        return self.smoke.broken is None and self.history_status == HTTP_OK


def to_end(
    pauses: Iterable[Pause], environment: str, queue: str | None, task_type: str | None
) -> tuple[list[Pause], list[Pause]]:
    """Return the pauses that a resume ends, and those that stay.

    Without a queue these are the ones of all queues and of the chain; with one, exactly its own.

    Raises: SupaopsError when other queues are paused, and not this one.
    """
    wanted = (queue or "*", task_type or "*")
    found = list(pauses)
    ending = [each for each in found if (each.queue, each.task_type) == wanted]
    if found and not ending:
        raise SupaopsError(
            f"{_what(*wanted)} is not paused; paused: {'; '.join(map(told, found))}",
            hint=command(found[0], environment),
        )
    return ending, [each for each in found if each not in ending]


def told(pause: Pause) -> str:
    """Return what a pause is about in words."""
    if pause.how is How.FLAG:
        return _what(pause.queue, pause.task_type)
    return f"the {pause.how}"


def command(pause: Pause, environment: str) -> str:
    """Return the command that ends a pause."""
    queue = f" --queue {pause.queue}" if pause.queue != "*" else ""
    task_type = f" --task-type {pause.task_type}" if pause.task_type != "*" else ""
    return f"supaops resume --env {environment}{queue}{task_type}"


def resume(
    conn: Connection,
    config: Config,
    ending: Iterable[Pause],
    secrets: Mapping[str, SecretStr],
    actor: Actor,
) -> None:
    """Put back what these pauses have stopped, in one transaction with the record of it.

    Args:    secrets: values by name, of the secrets that hold a dummy.
    Raises:  DatabaseError, and then everything stays paused.
    """
    pauses = list(ending)
    with acting(conn, "resuming", actor):
        for each in pauses:
            _put_back(conn, config, each, secrets)
    if any(each.how is How.CRON for each in pauses):
        remind_scheduler(conn)


def proof(conn: Connection, config: Config, smoke: SmokeResult) -> Proof:
    """Look at the cron history beside the run that woke the worker for a smoke job.

    Raises: DatabaseError.
    """
    if smoke.run_id is None:
        return Proof(smoke, None)
    deadline = time.monotonic() + _HISTORY_WITHIN_S
    while (status := history_status(conn, config, smoke.run_id)) is None:
        if smoke.broken or time.monotonic() >= deadline:
            break
        time.sleep(_POLL_S)
    return Proof(smoke, status)


def _put_back(
    conn: Connection, config: Config, pause: Pause, secrets: Mapping[str, SecretStr]
) -> None:
    match pause.how:
        case How.FLAG:
            db.lower_flag(conn, config, pause)
            return
        case How.CRON:
            db.start_cron_jobs(conn, _to_activate(config, pause))
        case How.SECRET:
            _restore(conn, config, pause, secrets)
    db.end(conn, pause.how)


def _to_activate(config: Config, pause: Pause) -> list[str]:
    """Return the stopped cron jobs but for those that are by now declared to be inactive."""
    jobs = config.cron.jobs
    return [name for name in pause.stopped if name not in jobs or jobs[name].active]


def _restore(
    conn: Connection, config: Config, pause: Pause, secrets: Mapping[str, SecretStr]
) -> None:
    name = pause.stopped[0]
    if not db.put_back(conn, name, secrets[name]):
        raise SupaopsError(
            f"{name} is gone from Vault",
            hint=f"supaops apply --env {config.environment}, then resume",
        )


def _what(queue: str, task_type: str) -> str:
    queues = "every queue" if queue == "*" else f"queue {queue}"
    return queues if task_type == "*" else f"task type {task_type} in {queues}"


__all__ = ["How", "Pause", "Proof", "command", "proof", "resume", "to_end", "told"]
