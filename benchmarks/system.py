"""What every measured queue can do; one module per system implements it."""

from __future__ import annotations

from typing import Any, Protocol

from supaops.db.connect import Connection


class System(Protocol):
    """A queue in a database, driven through its own public statements.

    `claimed` is whatever `claim` returned; it goes to `complete` as it is. An empty one means that
    the queue is empty.
    """

    name: str

    def install(self, db: Connection) -> None:
        """Put the queue into an empty database, as role postgres."""

    def enqueue(self, db: Connection, jobs: int) -> None:
        """Add so many jobs in one statement."""

    def claim(self, db: Connection, limit: int) -> list[dict[str, Any]]:
        """Claim up to `limit` jobs in one commit."""

    def complete(self, db: Connection, claimed: list[dict[str, Any]]) -> None:
        """Mark the claimed jobs as succeeded in one commit."""

    def succeeded(self, db: Connection) -> int:
        """Count the jobs that have succeeded: the proof that the work was done."""
