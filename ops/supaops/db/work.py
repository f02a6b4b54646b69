"""What a queue and a worker hand to each other, whatever carries it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Stands for a payload that Python cannot hold, such as a number of 5,000 digits."""

    reason: str


def read_payload(text: str | None) -> Any:
    """Return what a payload's JSON holds: read by itself, for one must not spoil a whole claim."""
    try:
        return None if text is None else json.loads(text)
    except (ValueError, RecursionError) as error:
        return Unreadable(str(error))


class Job(NamedTuple):
    """A claimed job: one row of ``job_queue_claim``, its columns by name.

    `attempts` counts this attempt, from 1; `lease_id` is shared by all jobs of one claim; `payload`
    may be `Unreadable`; `traceparent` is the trace that it belongs to, in W3C's form.
    """

    id: int
    task_type: str
    queue: str
    payload: Any
    priority: int
    attempts: int
    max_attempts: int
    lease_id: int
    lease_expires_at: datetime
    timeout: timedelta
    run_at: datetime
    created_at: datetime
    traceparent: str | None = None


async def _no_more(_count: int) -> list[Job]:
    return []


class Claimed:
    """The jobs of one claim, made from the server's answer as they are taken.

    To make a job costs more than to run one that does nothing, and the next exchange need not wait
    for it.

    Args:
        jobs: those that are made already; the first, if there is one.
        others: how many more there are.
        make: returns up to so many of these, in order.
    """

    def __init__(
        self,
        jobs: list[Job],
        others: int = 0,
        make: Callable[[int], Awaitable[list[Job]]] = _no_more,
    ) -> None:
        self.lease_id = jobs[0].lease_id if jobs else None
        self._jobs = jobs
        self._others = others
        self._make = make

    def __len__(self) -> int:
        """Return how many were not taken yet."""
        return len(self._jobs) + self._others

    async def take(self, count: int) -> list[Job]:
        """Return the next jobs, `count` at most; a second call may come before this one is over."""
        jobs, self._jobs = self._jobs[:count], self._jobs[count:]
        more = min(count - len(jobs), self._others)
        self._others -= more
        return jobs + await self._make(more) if more else jobs


class NewJob(NamedTuple):
    """A job to be added: the arguments of ``job_queue_enqueue``; None takes its default."""

    task_type: str
    payload: Any = None
    run_at: datetime | None = None
    queue: str | None = None
    priority: int | None = None
    max_attempts: int | None = None
    dedup_key: str | None = None
    traceparent: str | None = None


class Done(NamedTuple):
    """The report of a job that succeeded.

    Attributes:
        result: JSON text, or None for nothing.
        enqueue: jobs that are added with the success, in its transaction, or not at all.
    """

    job: Job
    result: str | None = None
    enqueue: tuple[NewJob, ...] = ()


class Failure(NamedTuple):
    """The report of an attempt that failed.

    Attributes:
        retry_in: the wait before the next attempt; None takes the backoff of its task type.
        discard: whether the job has failed for good, whatever attempts are left.
    """

    job: Job
    error: str
    retry_in: timedelta | None = None
    discard: bool = False


class Exchanged(NamedTuple):
    """The answer of an exchange.

    `refused` are reported jobs whose lease is lost; `statuses` are those of the failed ones that
    were accepted, by id.
    """

    jobs: Claimed
    refused: frozenset[int]
    statuses: dict[int, str]
