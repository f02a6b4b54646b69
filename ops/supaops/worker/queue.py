"""What the runner asks of a queue, whatever carries the calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from supaops.db.work import Done, Exchanged, Failure


class Queue(Protocol):
    """Report, claim, keep alive, give back; see `supaops.db.jobs.JobQueue`.

    Every method raises ConnectionFailed when trying again may help, DatabaseError when it will not.
    """

    async def confirm(self, dispatch: int, nonce: str) -> bool:
        """Use up the nonce of a post; false when it does not come from the queue's database."""

    async def exchange(
        self,
        done: Sequence[Done],
        failed: Sequence[Failure],
        *,
        limit: int,
        worker: str,
        lease: timedelta,
        queues: Sequence[str] | None = None,
    ) -> Exchanged:
        """Report what has ended and claim up to `limit` jobs under one new lease, all or nothing.

        A report that the database refuses, such as a result that jsonb cannot hold, raises
        DatabaseError: then nothing was reported and nothing claimed.

        Args:    queues: whose jobs are claimed; None for those of every queue.
        """

    async def heartbeat(self, lease_id: int, *, lease: timedelta) -> frozenset[int]:
        """Extend a lease; the ids of its jobs that it no longer holds."""

    async def writing_since(self, moment: datetime | None) -> datetime | None:
        """Return `moment`, or now for None, if a transaction has been writing since before it."""

    async def give_back(self, lease_id: int, job_ids: Sequence[int]) -> frozenset[int]:
        """Return unfinished jobs to the queue at once; the ids of those that the lease held."""

    async def register(
        self, worker: str, handlers: Sequence[str], about: Mapping[str, Any]
    ) -> None:
        """Say that a worker is there, and which task types it has a handler for."""

    async def forget(self, worker: str) -> None:
        """Say that a worker is gone."""
