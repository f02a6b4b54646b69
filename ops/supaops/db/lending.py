"""Lend connections to whoever answers requests: for a page that reads, or for one act."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Self

import psycopg
from psycopg.sql import SQL, Composed
from psycopg_pool import ConnectionPool

from supaops.db.connect import Connection, describe
from supaops.db.errors import translated
from supaops.db.lock import milliseconds
from supaops.db.pool import classified, pool_options
from supaops.db.queries import query
from supaops.errors import QueryTimeout

_CLOSE_S = 1.0


class Lender:
    """Lend connections, opened on demand: autocommit, rows as dicts, nothing prepared.

    Args:
        url: libpq URL, direct or of a transaction pooler; may hold a password.
        size: connections at most.
        patience: how long a caller waits for one.

    Raises: ConnectionFailed for what is no URL.
    """

    def __init__(self, url: str, *, size: int, application_name: str, patience: timedelta) -> None:
        describe(url)  # Refuses one that would have a part of its password logged.
        self._url = url
        self._pool = ConnectionPool[Connection](
            url,
            connection_class=psycopg.Connection,
            check=ConnectionPool.check_connection,
            **pool_options(application_name, size, patience),
        )

    def __enter__(self) -> Self:
        """Open the pool; no connection is made yet, so this succeeds without a server."""
        self._pool.open()
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Close every connection; a server that does not answer holds up nobody."""
        self._pool.close(timeout=_CLOSE_S)

    @contextmanager
    def lend(self) -> Iterator[Connection]:
        """Lend a connection for verbs, which open transactions of their own.

        Raises: ConnectionFailed, DatabaseError.
        """
        with classified(self._url), self._pool.connection() as connection:
            yield connection

    @contextmanager
    def reading(self, limit: timedelta) -> Iterator[Connection]:
        """Lend a connection in a transaction that sees one moment and refuses every write.

        One round trip begins it and one ends it.

        Args:    limit: how long one statement may take.
        Raises:  ConnectionFailed; QueryTimeout; DatabaseError.
        """
        with self.lend() as connection, timed(limit), translated("reading"):
            connection.execute(_beginning(limit))
            try:
                yield connection
            finally:
                if not connection.closed:
                    connection.execute("rollback")


def _beginning(limit: timedelta) -> Composed:
    """Return what begins such a transaction, as one text of several statements."""
    return SQL(
        "begin isolation level repeatable read read only; {}"
        " select set_config('statement_timeout', {}, true)"
    ).format(SQL(query("live.settings")), milliseconds(limit))


@contextmanager
def timed(limit: timedelta) -> Iterator[None]:
    """Raise QueryTimeout for a statement that the server has given up.

    Raises: QueryTimeout.
    """
    try:
        yield
    except Exception as error:
        cause = error if isinstance(error, psycopg.Error) else error.__cause__
        if not isinstance(cause, psycopg.errors.QueryCanceled):
            raise
        raise QueryTimeout(
            f"the database did not answer within {limit.total_seconds():g} s",
            hint="narrow the filter, or raise dashboard.query_timeout",
        ) from error
