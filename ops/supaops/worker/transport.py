"""What a worker needs of whatever carries its calls to the queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, Self

from supaops.db.rotation import KnownValues
from supaops.worker.context import Connections
from supaops.worker.queue import Queue
from supaops.worker.reporter import Ended


class Transport(Protocol):
    """The way to the queue, opened and closed with the worker; opening needs no server yet.

    Every method raises ConnectionFailed when trying again may help, DatabaseError when it will not.
    """

    @property
    def queue(self) -> Queue:
        """Return the queue at its other end."""

    @property
    def connection(self) -> Connections:
        """Return what opens a connection for a handler's own statements.

        It raises SupaopsError where there are none.
        """

    @property
    def ended(self) -> Ended | None:
        """Return what tells of runs that ended without the worker; None where it cannot be read."""

    async def wakeups(self, heard: Callable[[], None]) -> None:
        """Call `heard` when there may be new jobs, until cancelled; return where nothing tells.

        It raises nothing: what goes wrong is logged, and tried again.
        """

    async def probe(self) -> None:
        """Do nothing if the queue can be reached."""

    async def known_values(self, name: str) -> KnownValues:
        """Return which values of a secret were rotated in or out."""

    async def __aenter__(self) -> Self:
        """Open it."""

    async def __aexit__(self, *exc_info: object) -> None:
        """Close it, and wait for nobody."""
