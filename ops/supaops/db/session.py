"""Asynchronous sessions: open one, run a command as a client would, hear notifications."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from supaops.db.connect import AsyncConnection, connection_failed, options
from supaops.db.feedback import Outcome, complaint, summary
from supaops.errors import DatabaseError


async def open_session(
    url: str, *, application_name: str, **parameters: str | int
) -> AsyncConnection:
    """Connect in autocommit mode with rows as dicts.

    Args:    parameters: of libpq; they replace those of the URL.
    Raises:  ConnectionFailed.
    """
    target = make_conninfo(url, **parameters)
    try:
        return await psycopg.AsyncConnection.connect(target, **options(application_name))
    except psycopg.Error as error:
        raise connection_failed(target, error) from error


@contextmanager
def server_errors() -> Iterator[None]:
    """Turn what the server or the connection raises into DatabaseError."""
    try:
        yield
    except psycopg.Error as error:
        raise DatabaseError(str(error).strip(), hint="see: supaops local logs") from error


async def listen(connection: AsyncConnection, channel: str) -> None:
    """Have the session hear what is sent on a channel.

    Raises: DatabaseError.
    """
    with server_errors():
        await connection.execute(SQL("listen {}").format(Identifier(channel)))


async def unlisten(connection: AsyncConnection) -> None:
    """Have the session hear nothing any more.

    Raises: DatabaseError.
    """
    with server_errors():
        await connection.execute("unlisten *")


async def wait_for_notification(connection: AsyncConnection, timeout_s: float | None) -> str | None:
    """Return the payload of the next notification, or None when there was none in time."""
    with server_errors():
        async for notification in _notifications(connection, timeout_s):
            return notification.payload
    return None


def _notifications(
    connection: AsyncConnection, timeout_s: float | None
) -> AsyncIterator[psycopg.Notify]:
    return connection.notifies(timeout=timeout_s, stop_after=1)


def hang_up(connection: AsyncConnection) -> None:
    """End a connection under a statement, which the server goes on with."""
    with socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)


async def run_command(connection: AsyncConnection, command: str) -> Outcome:
    """Run the statements of a command in one go and describe the last result as pg_cron does.

    Source: pg_cron 1.6.5, `GetTaskFeedback` in src/pg_cron.c.
    """
    cursor = connection.cursor()
    try:
        await cursor.execute(command.encode())
    except psycopg.Error as error:
        return Outcome(succeeded=False, message=complaint(error))
    while cursor.nextset():
        pass
    return Outcome(succeeded=True, message=summary(cursor.pgresult))
