"""The project's Data API as the way to the queue; see `supaops.worker.transport`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import NoReturn, Self

from pydantic import SecretStr

from supaops.db.connect import AsyncConnection
from supaops.db.rotation import KnownValues, known_from_rows
from supaops.errors import DatabaseError, SupaopsError
from supaops.worker.reporter import Ended
from supaops.worker.settings import Settings
from supaops.worker.transports.data_api.client import Api
from supaops.worker.transports.data_api.queue import DataApiQueue

# Of a lease that no claim has had: to extend it does nothing.
_NO_LEASE = -1
_NO_SUCH_FUNCTION = ("PGRST202", "42883")


class DataApiTransport:
    """One HTTP client, with as many connections as there are calls at once.

    Args:
        url: of the project.
        key: of role service_role.
    Raises: ConfigError for what is no URL of a project.
    """

    ended: Ended | None = None  # runs of cron jobs are in schemas that no API exposes

    def __init__(self, settings: Settings, url: str, key: SecretStr) -> None:
        # Half of what a tick waits: a call that hangs must not use up the answer's whole time.
        timeout = settings.answer_within / 2
        self._api = Api(url, key, schema=settings.schema, timeout=timeout)
        self._name = settings.name
        self.queue = DataApiQueue(self._api, name=settings.name)

    def connection(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Refuse: there is no connection to lend.

        Raises: SupaopsError.
        """
        _no_connection()

    async def wakeups(self, heard: Callable[[], None]) -> None:
        """Return at once: nothing tells of new jobs over HTTP."""

    async def probe(self) -> None:
        """Do nothing if the queue can be reached.

        Raises: ConnectionFailed when trying again may help, DatabaseError when it will not.
        """
        await self.queue.heartbeat(_NO_LEASE, lease=timedelta(seconds=1))

    async def known_values(self, name: str) -> KnownValues:
        """Return which values of a secret were rotated in or out.

        An installation from before there was the function has none.

        Raises: ConnectionFailed when trying again may help, DatabaseError when it will not.
        """
        try:
            rows = await self._api.call(f"{self._name}_known_secrets", {"secret": name})
        except DatabaseError as error:
            if any(f"{code})" in error.message for code in _NO_SUCH_FUNCTION):
                return KnownValues()
            raise
        return known_from_rows(rows)

    async def __aenter__(self) -> Self:
        """Make the client; nothing is called yet, so this succeeds without a server."""
        await self._api.__aenter__()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        """Close every connection."""
        await self._api.__aexit__(None, None, None)


def _no_connection() -> NoReturn:
    raise SupaopsError(
        "a handler asked for a database connection, and this worker has none: it reaches its "
        "queue over the Data API",
        place="worker.transport: supabase",
        hint="set worker.transport to psycopg, or have the handler connect by itself",
    )
