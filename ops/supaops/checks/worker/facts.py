"""What the checks ``worker.*`` judge: two calls, and the ledger of posts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from supaops.checks.sources import Reader, Sources
from supaops.checks.worker.asking import Reply, ask
from supaops.config.model import Config
from supaops.db.health.answers import Answers, read_answers

_JSON = {"content-type": b"application/json", "accept": b"application/json"}
# Asks for nothing: a worker that anybody can call must not be made to run a job by a check.
_NO_JOB = b'{"limit": 0}'
# Beside `worker.timeout`, for pg_net to come round to a post.
_PATIENCE = timedelta(seconds=15)
OK = 200


@dataclass(frozen=True, slots=True)
class Described:
    """What the worker says of itself; each part is None where it does not say.

    Attributes:
        silence: why nothing is known; empty when it answered.
    """

    silence: str = ""
    worker: str | None = None
    task_types: frozenset[str] | None = None
    disabled: bool | None = None
    batch_limit: int | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """The answer to a call with the secret, and what became of the database's own."""

    reply: Reply
    answers: Answers | None = None


@dataclass(frozen=True, slots=True)
class Versions:
    """What the worker says it is, and which supaops was last applied."""

    worker: Described
    applied_by: str | None


def asked(sources: Sources) -> Reply:
    """Return the answer to a call with the secret, which claims nothing."""
    worker = sources.desired.config.worker
    headers = {**_JSON, worker.header: sources.secret(worker.secret).encode()}
    return ask("GET", _endpoint(sources), headers, sources.left_s)


def strangers_answer(sources: Sources) -> Reply:
    """Return the answer to a post without the secret."""
    return ask("POST", _endpoint(sources), _JSON, sources.left_s, _NO_JOB)


CALLS: frozenset[Reader[Any]] = frozenset({asked, strangers_answer})
"""What calls the worker: where it is paid for by the call, few calls are enough."""


def answers(sources: Sources) -> Answers:
    """Return what became of the latest posts."""
    patience = sources.desired.config.worker.timeout + _PATIENCE
    return read_answers(sources.conn, patience.total_seconds())


def reached(sources: Sources) -> Reached:
    """Return the answer; without one, whether the database gets any."""
    reply = sources.facts(asked)
    return Reached(reply, None if reply.status else sources.facts(answers))


def described(sources: Sources) -> Described:
    """Return what the worker says of itself."""
    return description(sources.facts(asked))


def versions(sources: Sources) -> Versions:
    """Return what the worker is beside what was applied."""
    return Versions(sources.facts(described), sources.facts(answers).applied_by)


def description(reply: Reply) -> Described:
    """Return what an answer says; a part of another kind than agreed on is not said."""
    if reply.status is None:
        return Described(f"not asked from here: {reply.reason}")
    if reply.status != OK:
        return Described(f"it does not tell what it is: HTTP {reply.status}")
    body = reply.body
    return Described(
        "" if body else "it does not tell what it is",
        _typed(body, "worker", str),
        _names(body.get("handlers")),
        _typed(body, "disabled", bool),
        _typed(body, "batch_limit", int),
    )


def posts_are_due(config: Config) -> bool:
    """Tell whether anything that is declared has the database post to the worker."""
    ticks = any(job.call == "trigger_worker" and job.active for job in config.cron.jobs.values())
    return ticks or config.worker.wake_on_enqueue is not None


def _typed(body: Mapping[str, Any], key: str, kind: type) -> Any:
    value = body.get(key)
    return value if type(value) is kind else None


def _names(value: object) -> frozenset[str] | None:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return frozenset(value)
    return None


def _endpoint(sources: Sources) -> str:
    return sources.secret(sources.desired.config.worker.endpoint)
