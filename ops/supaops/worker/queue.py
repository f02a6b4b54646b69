"""What the runner asks of a queue, whatever carries the calls."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from supaops.db.work import Exchanged, Job


class Queue(Protocol):
    """Claim, complete, keep alive, give back; see `supaops.db.jobs.JobQueue`.

    Every method raises ConnectionFailed when trying again may help, DatabaseError when it will not.
    """

    async def confirm(self, dispatch: int, nonce: str) -> bool:
        """Use up the nonce of a post; false when it does not come from the queue's database."""

    async def claim(self, limit: int, *, worker: str, lease: timedelta) -> list[Job]:
        """Claim up to `limit` jobs under one new lease."""

    async def mark_succeeded(self, job: Job, result: str | None) -> bool:
        """Complete a job; false when its lease is lost."""

    async def mark_failed(self, job: Job, error: str) -> str | None:
        """Record a failure; the new status, or None when the lease is lost."""

    async def exchange(
        self,
        done: Iterable[tuple[Job, str | None]],
        failed: Iterable[tuple[Job, str]],
        *,
        limit: int,
        worker: str,
        lease: timedelta,
    ) -> Exchanged:
        """Report one batch and claim the next."""

    async def heartbeat(self, lease_id: int, *, lease: timedelta) -> frozenset[int]:
        """Extend a lease; the ids of its jobs that it no longer holds."""

    async def writing_since(self, moment: datetime | None) -> datetime | None:
        """Return `moment`, or now for None, if a transaction has been writing since before it."""

    async def give_back(self, job: Job) -> bool:
        """Return an unfinished job to the queue at once; false when its lease is lost."""
