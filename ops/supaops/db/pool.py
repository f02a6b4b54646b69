"""A pool of asynchronous connections that heals by itself after the server was away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from typing import Any, Self

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from supaops.cancellation import being_cancelled
from supaops.db.connect import AsyncConnection, describe, options
from supaops.db.errors import database_error
from supaops.errors import ConnectionFailed, DatabaseError

# After this the pool forgets a failed attempt, and the next caller starts a fresh one at once
# instead of waiting for the end of an ever longer backoff.
_RECONNECT_S = 2.0
_CLOSE_S = 1.0
_PASSING = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.ReadOnlySqlTransaction,
)


class Pool:
    """Lend connections, opened on demand: autocommit, rows as dicts, nothing prepared.

    A connection is tried before it is lent, so a restart of the server costs no caller an error
    once the server is back.

    Args:
        url: libpq URL, direct or of a transaction pooler; may hold a password.
        size: connections at most.
        patience: how long a caller waits for one.

    Raises: ConnectionFailed for what is no URL.
    """

    def __init__(self, url: str, *, size: int, application_name: str, patience: timedelta) -> None:
        describe(url)  # Refuses one that would have a part of its password logged.
        self._url = url
        self._pool = AsyncConnectionPool[AsyncConnection](
            url,
            connection_class=psycopg.AsyncConnection,
            check=AsyncConnectionPool.check_connection,
            **pool_options(application_name, size, patience),
        )

    async def __aenter__(self) -> Self:
        """Open the pool; no connection is made yet, so this succeeds without a server."""
        await self._pool.open()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        """Close every connection; a server that does not answer holds up nobody."""
        await self._pool.close(timeout=_CLOSE_S)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """Lend a connection; a transaction left open is rolled back on an error.

        Raises: ConnectionFailed when there is none within the patience. What the caller's own
            statements raise passes unchanged.
        """
        async with AsyncExitStack() as stack:
            with classified(self._url):
                connection = await stack.enter_async_context(self._pool.connection())
            yield connection

    @asynccontextmanager
    async def statements(self) -> AsyncIterator[AsyncConnection]:
        """Lend a connection whose statements raise `SupaopsError` only.

        Raises: ConnectionFailed when trying again may help, DatabaseError when it will not.
        """
        with classified(self._url):
            async with self._pool.connection() as connection:
                yield connection

    def reading(self) -> AbstractContextManager[None]:
        """Raise `SupaopsError` only, while an answer is read that has come already."""
        return classified(self._url)


def pool_options(application_name: str, size: int, patience: timedelta) -> dict[str, Any]:
    """Return the keyword arguments shared by both kinds of pools, which open when they are told."""
    return {
        "kwargs": options(application_name),
        "min_size": 0,
        "max_size": size,
        "timeout": patience.total_seconds(),
        "reconnect_timeout": _RECONNECT_S,
        "name": application_name,
        "open": False,
    }


@contextmanager
def classified(url: str) -> Iterator[None]:
    """Turn psycopg's errors into ours; neither the URL's password nor any SQL gets into them.

    Raises: ConnectionFailed for what a later attempt may not meet: no connection, a lost one, a
        shutdown, a deadlock, a timeout (class OperationalError), or a server that is read-only as
        long as a failover lasts. DatabaseError for the rest. asyncio.CancelledError for whatever
        a call raised while its task was being cancelled: it may be of the cancelling's making.
    """
    try:
        yield
    except psycopg.Error as error:
        if being_cancelled():
            raise asyncio.CancelledError from error
        raise _classified(error, url) from error


_LATER = "it is tried again by itself; `conn.reachable` of `supaops doctor` tells more"


def _classified(error: psycopg.Error, url: str) -> DatabaseError:
    if isinstance(error, PoolTimeout | PoolClosed | TooManyRequests):
        return ConnectionFailed(f"no connection to {describe(url)}: {error}", hint=_LATER)
    found = database_error(error, describe(url))
    return ConnectionFailed(found.message, hint=_LATER) if isinstance(error, _PASSING) else found
