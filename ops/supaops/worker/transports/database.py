"""Connections to the database, direct or through a pooler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

from supaops.db.effects import JobConnections
from supaops.db.jobs import JobQueue
from supaops.db.outcomes import Outcomes
from supaops.db.pool import Pool
from supaops.db.rotation import KnownValues, known_values
from supaops.db.wakeups import Wakeups
from supaops.worker.context import Connections
from supaops.worker.settings import Settings

APPLICATION_NAME = "supaops worker"

# The queue's own connections: handlers that hold all of theirs must not stop the heartbeats.
_QUEUE_CONNECTIONS = 2
_HANDLER_CONNECTIONS = 10


class DatabaseTransport:
    """Two pools: one for the queue's own calls, one for the handlers' statements.

    Args:    url: libpq URL of the queue; may hold a password.
    Raises:  ConnectionFailed for what is no URL.
    """

    def __init__(self, settings: Settings, url: str) -> None:
        handlers = min(settings.batch_limit, _HANDLER_CONNECTIONS)
        self._url, self._channel = url, settings.name
        self._ours = _pool(settings, url, _QUEUE_CONNECTIONS)
        self._theirs = _pool(settings, url, handlers)
        self._place = {"schema": settings.schema, "name": settings.name}
        self.queue = JobQueue(self._ours, **self._place)
        self.connection: Connections = JobConnections(self._theirs, **self._place)
        self.ended = Outcomes(self._ours, **self._place)

    async def wakeups(self, heard: Callable[[], None]) -> None:
        """Call `heard` at each NOTIFY for new jobs; return behind a transaction pooler."""
        await Wakeups(self._url, self._ours, channel=self._channel, heard=heard).follow()

    async def probe(self) -> None:
        """Do nothing if there is a connection to be had.

        Raises: ConnectionFailed when trying again may help, DatabaseError when it will not.
        """
        async with self._ours.statements():
            pass

    async def known_values(self, name: str) -> KnownValues:
        """Return which values of a secret were rotated in or out.

        Raises: ConnectionFailed when trying again may help, DatabaseError when it will not.
        """
        return await known_values(self._ours, name, **self._place)

    async def __aenter__(self) -> Self:
        """Open the pools; no connection is made yet, so this succeeds without a server."""
        await self._ours.__aenter__()
        await self._theirs.__aenter__()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        """Close every connection; a server that does not answer holds up nobody."""
        await self._theirs.__aexit__(*exc_info)
        await self._ours.__aexit__(*exc_info)


def _pool(settings: Settings, url: str, size: int) -> Pool:
    patience = settings.answer_within / 2
    return Pool(url, size=size, application_name=APPLICATION_NAME, patience=patience)
