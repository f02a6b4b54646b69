"""Connections to the database, direct or through a pooler."""

from __future__ import annotations

from typing import Self

from supaops.db.jobs import JobQueue
from supaops.db.outcomes import Outcomes
from supaops.db.pool import Pool
from supaops.db.rotation import KnownValues, known_values
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
        self._ours = _pool(settings, url, _QUEUE_CONNECTIONS)
        self._theirs = _pool(settings, url, handlers)
        self._place = {"schema": settings.schema, "name": settings.name}
        self.queue = JobQueue(self._ours, **self._place)
        self.connection: Connections = self._theirs.connection
        self.ended = Outcomes(self._ours, **self._place)

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
