"""A queue in memory, for what does not depend on SQL."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from supaops.db.work import Claimed, Done, Exchanged, Failure, Job, NewJob
from supaops.errors import ConnectionFailed, DatabaseError

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def job(task_type: str = "work", payload: Any = None, **changes: Any) -> Job:
    """Return a claimed job; every call has the next id."""
    fields: dict[str, Any] = {
        "id": next(_ids),
        "task_type": task_type,
        "queue": "default",
        "payload": payload if payload is not None else {},
        "priority": 0,
        "attempts": 1,
        "max_attempts": 5,
        "lease_id": 77,
        "lease_expires_at": NOW,
        "timeout": timedelta(seconds=30),
        "run_at": NOW,
        "created_at": NOW,
    }
    return Job(**{**fields, **changes})


_ids = count(1)


class FakeQueue:
    """Hand out the jobs put into `ready`, remember every call."""

    def __init__(self) -> None:
        self.ready: deque[Job] = deque()
        self.succeeded: dict[int, str | None] = {}
        self.failed: dict[int, str] = {}
        self.given_back: list[int] = []
        self.added: list[NewJob] = []
        self.registered: dict[str, tuple[list[str], dict[str, Any]]] = {}
        self.queues: Sequence[str] | None = None
        self.sent: dict[int, str] = {}
        self.confirm_gate: asyncio.Event | None = None
        self.claims: list[tuple[int, str]] = []
        self.beats = 0
        self.lost: frozenset[int] = frozenset()
        self.refuses = False
        self.writing = False
        self.writing_is_secret = False
        self.writing_asked = 0
        self.away: deque[DatabaseError] = deque()
        self.claim_gate: asyncio.Event | None = None
        self.give_back_gate: asyncio.Event | None = None
        self.beat_gate: asyncio.Event | None = None

    async def confirm(self, dispatch: int, nonce: str) -> bool:
        self._fail_if_away()
        if self.confirm_gate:
            await self.confirm_gate.wait()
        return self.sent.pop(dispatch, None) == nonce

    async def exchange(
        self,
        done: Sequence[Done],
        failed: Sequence[Failure],
        *,
        limit: int,
        worker: str,
        lease: timedelta,  # noqa: ARG002  the protocol's names
        queues: Sequence[str] | None = None,
    ) -> Exchanged:
        refused, statuses = self._report(done, failed)
        jobs: list[Job] = []
        if limit:
            jobs = await self._claim(limit, worker, queues)
        return Exchanged(Claimed(jobs), refused, statuses)

    async def heartbeat(self, lease_id: int, *, lease: timedelta) -> frozenset[int]:  # noqa: ARG002  the protocol's names
        self.beats += 1
        if self.beat_gate:
            await self._beat_until_cut_off(self.beat_gate)
        self._fail_if_away()
        return self.lost

    async def writing_since(self, moment: datetime | None) -> datetime | None:
        self._fail_if_away()
        self.writing_asked += 1
        if self.writing_is_secret:
            raise DatabaseError("permission denied for schema supaops")
        return (moment or NOW) if self.writing else None

    async def give_back(self, lease_id: int, job_ids: Sequence[int]) -> frozenset[int]:  # noqa: ARG002  the protocol's names
        self.given_back.extend(job_ids)
        if self.give_back_gate:
            await self.give_back_gate.wait()
        self._fail_if_away()
        return frozenset(job_ids) - self.lost

    async def register(
        self, worker: str, handlers: Sequence[str], about: Mapping[str, Any]
    ) -> None:
        self._fail_if_away()
        self.registered[worker] = (list(handlers), dict(about))

    async def forget(self, worker: str) -> None:
        self._fail_if_away()
        self.registered.pop(worker, None)

    def _report(
        self, done: Sequence[Done], failed: Sequence[Failure]
    ) -> tuple[frozenset[int], dict[int, str]]:
        if done or failed:
            self._fail_if_away()
        if self.refuses:
            ended = [each.job for each in done] + [each.job for each in failed]
            return frozenset(job.id for job in ended), {}
        self.succeeded |= {each.job.id: each.result for each in done}
        self.added += [new for each in done for new in each.enqueue]
        self.failed |= {each.job.id: each.error for each in failed}
        return frozenset(), {each.job.id: _status(each) for each in failed}

    async def _claim(self, limit: int, worker: str, queues: Sequence[str] | None) -> list[Job]:
        self.claims.append((limit, worker))
        self.queues = queues
        self._fail_if_away()
        if self.claim_gate:
            await self.claim_gate.wait()
        turn = len(self.claims) - 1  # each claim has a lease of its own
        taken = [self.ready.popleft() for _ in range(min(limit, len(self.ready)))]
        return [job._replace(lease_id=job.lease_id + turn) for job in taken]

    async def _beat_until_cut_off(self, gate: asyncio.Event) -> None:
        """Hide that it was cancelled, as a driver may that waits for its last answer."""
        try:
            await gate.wait()
        except asyncio.CancelledError:
            raise gone() from None

    def _fail_if_away(self) -> None:
        if self.away:
            raise self.away.popleft()


def _status(failure: Failure) -> str:
    job = failure.job
    return "failed" if failure.discard or job.attempts >= job.max_attempts else "pending"


def gone() -> ConnectionFailed:
    """Return the error of a lost connection."""
    return ConnectionFailed("cannot connect to postgres@db.example:5432/postgres")
