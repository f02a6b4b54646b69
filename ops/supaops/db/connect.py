"""Open connections that behave the same directly and behind a transaction pooler."""

from __future__ import annotations

import logging
import re
import time
from typing import Any

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row

from supaops.db.counted import CountedConnection, log
from supaops.db.remedies import plain, remedy
from supaops.errors import ConnectionFailed

Connection = psycopg.Connection[DictRow]
AsyncConnection = psycopg.AsyncConnection[DictRow]

CONNECT_TIMEOUT_S = 10
UNHEARD_MS = 30_000
"""How long the server's host may leave unanswered what it was sent: a lost route says nothing."""
POOLER_PORT = "6543"

# What psycopg cannot undo on a lost connection is raised as an error too: once is enough.
logging.getLogger("psycopg").addHandler(logging.NullHandler())

_DIRECT = re.compile(r"db\.[a-z0-9]+\.supabase\.co")
_NO_ROUTE = (
    "Network is unreachable",
    "No route to host",
    "could not translate",
    "failed to resolve",
)

# A bare @ or / in the password: libpq takes what follows it for the host or the database.
_AT_TOO_MANY = re.compile(r"postgres(ql)?://([^@/]*@)?+[^?]*@")


def options(application_name: str) -> dict[str, Any]:
    """Return the keyword arguments shared by every connection of supaops.

    `prepare_threshold=None`: a transaction pooler hands the next transaction to another server
    process, where a named prepared statement does not exist.
    """
    return {
        "application_name": application_name,
        "connect_timeout": CONNECT_TIMEOUT_S,
        "prepare_threshold": None,
        "tcp_user_timeout": UNHEARD_MS,
        "row_factory": dict_row,
        "autocommit": True,
    }


def describe(url: str) -> str:
    """Return ``role@host:port/database`` of a URL, never its password.

    What the URL leaves open is what libpq takes instead: PGHOST and its like, then its defaults.

    Raises: ConnectionFailed when it is no URL; libpq's own message would repeat it.
    """
    parts = {**_defaults(), **_parts(url)}
    if "service" in parts:
        return f"service {parts['service']}"
    where = f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}"
    return f"{parts.get('user')}@{where}/{parts.get('dbname', parts.get('user'))}"


def uses_pooler(url: str) -> bool:
    """Tell whether a URL leads to Supabase's transaction pooler, which has a port of its own.

    Source: Supabase Docs, "Connect to your database".
    """
    return str({**_defaults(), **_parts(url)}.get("port")) == POOLER_PORT


def _parts(url: str) -> dict[str, Any]:
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        parts = None
    if parts is None or _AT_TOO_MANY.match(url):
        raise ConnectionFailed(
            "the database URL cannot be parsed",
            hint="expected postgresql://role:password@host:port/database, "
            "with %40 for @ and %2F for / in the password, and libpq's parameters behind a ?",
        )
    return parts


def _defaults() -> dict[str, str]:
    found = ((each.keyword.decode(), each.val) for each in pq.Conninfo.get_defaults())
    return {keyword: value.decode() for keyword, value in found if value is not None}


def libpq_version() -> str:
    """Return the version of the client library, such as ``17.2``."""
    number = pq.version()
    return f"{number // 10_000}.{number % 10_000}"


def connect(url: str, *, application_name: str = "supaops") -> Connection:
    """Connect in autocommit mode with rows as dicts.

    Args:    url: libpq URL or key-value string; may hold a password.
    Raises:  ConnectionFailed that names host, port, database and role, and no password.
    """
    _parts(url)
    began = time.monotonic()
    kind = CountedConnection if log.isEnabledFor(logging.DEBUG) else psycopg.Connection[DictRow]
    try:
        made = kind.connect(url, **options(application_name))
    except psycopg.Error as error:
        raise connection_failed(url, error) from error
    log.debug("%s", _told(made, url, time.monotonic() - began))
    return made


def _told(made: Connection, url: str, seconds: float) -> str:
    server = made.info.parameter_status("server_version")
    pid = made.info.backend_pid
    return f"connected to {describe(url)} in {seconds:.3f} s: PostgreSQL {server}, pid {pid}"


def connection_failed(url: str, error: psycopg.Error) -> ConnectionFailed:
    """Return the user's view of a failed connection, one line of cause and a remedy."""
    cause = _cause(error)
    return ConnectionFailed(f"cannot connect to {describe(url)}: {cause}", hint=_remedy(url, cause))


def _remedy(url: str, cause: str) -> str:
    """Return what to do: Supabase's direct host has no IPv4 address, and many runners no IPv6.

    Source: Supabase Docs, "Connect to your database".
    """
    host = str(_parts(url).get("host", ""))
    if _DIRECT.fullmatch(host) and any(sign in cause for sign in _NO_ROUTE):
        return f"{host} has an IPv6 address alone: use the URL of the session pooler, port 5432"
    return remedy(cause)


def _cause(error: psycopg.Error) -> str:
    """Return libpq's cause alone, without the address before it and the guesses after it."""
    first = next(iter(str(error).splitlines()), "")
    return plain(first.rpartition(" failed: ")[2].strip()) or type(error).__name__
