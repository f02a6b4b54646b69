"""Open connections that behave the same directly and behind a transaction pooler."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row

from supaops.errors import ConnectionFailed

Connection = psycopg.Connection[DictRow]
AsyncConnection = psycopg.AsyncConnection[DictRow]

CONNECT_TIMEOUT_S = 10


def options(application_name: str) -> dict[str, Any]:
    """Return the keyword arguments shared by every connection of supaops.

    `prepare_threshold=None`: a transaction pooler hands the next transaction to another server
    process, where a named prepared statement does not exist.
    """
    return {
        "application_name": application_name,
        "connect_timeout": CONNECT_TIMEOUT_S,
        "prepare_threshold": None,
        "row_factory": dict_row,
        "autocommit": True,
    }


def describe(url: str) -> str:
    """Return ``role@host:port/database`` of a URL, never its password.

    Raises: ConnectionFailed when it is no URL; libpq's own message would repeat it.
    """
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise ConnectionFailed(
            "the database URL cannot be parsed",
            hint="expected postgresql://role:password@host:port/database",
        ) from None
    where = f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}"
    return f"{parts.get('user', 'postgres')}@{where}/{parts.get('dbname', 'postgres')}"


def connect(url: str, *, application_name: str = "supaops") -> Connection:
    """Connect in autocommit mode with rows as dicts.

    Args:    url: libpq URL or key-value string; may hold a password.
    Raises:  ConnectionFailed that names host, port, database and role, and no password.
    """
    try:
        return psycopg.connect(url, **options(application_name))
    except psycopg.Error as error:
        raise connection_failed(url, error) from error


def connection_failed(url: str, error: psycopg.Error) -> ConnectionFailed:
    """Return the user's view of a failed connection, one line of cause and a remedy."""
    return ConnectionFailed(
        f"cannot connect to {describe(url)}: {_cause(error)}",
        hint="check that the server runs and that the URL, the role and the password are right",
    )


def _cause(error: psycopg.Error) -> str:
    """Return libpq's cause alone, without the address before it and the guesses after it."""
    first = next(iter(str(error).splitlines()), "")
    return first.rpartition(" failed: ")[2].strip() or type(error).__name__
