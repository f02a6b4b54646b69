"""Read what the server says of itself, of this role and of the way there."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from supaops.clock import Clock
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.queries import query
from supaops.render.quoting import identifier

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension that the server could have.

    Attributes:
        installed: its version in this database; None where it is not installed.
        available: the version that an installation or an update would bring.
    """

    name: str
    installed: str | None
    available: str | None


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What one statement tells of the server.

    Attributes:
        version_num: as `server_version_num`: 170002 for 17.2.
        backend_pid: of the server process that ran the statement.
        server_address: the address that the server was reached at, as it sees it; empty for a
            unix socket.
        cron_database: the database that pg_cron works in; None without pg_cron.
        is_read_only: whether a new transaction could write nothing unless it asked to.
        logging: settings by name that decide what gets into the server's log.
        lacking: the privileges that the chain needs and this role has not.
    """

    version_num: int
    version: str
    backend_pid: int
    role: str
    database: str
    server_address: str
    cron_database: str | None
    is_standby: bool
    is_read_only: bool
    connections: int
    max_connections: int
    logging: Mapping[str, str]
    extensions: tuple[Extension, ...]
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pulse:
    """The quickest of some statements that do nothing.

    Attributes:
        latency_s: there and back.
        skew_s: by how much the server's clock is ahead of this machine's; negative when behind.
    """

    latency_s: float
    skew_s: float


def read_server(
    conn: Connection, extensions: Sequence[str], schema: str, table: str
) -> ServerFacts:
    """Read everything in one round trip.

    Args:    table: the queue's, and its schema; neither need be there.
    Raises:  DatabaseError.
    """
    parameters = {
        "extensions": list(extensions),
        "table": f"{identifier(schema)}.{identifier(table)}",
    }
    with translated("reading the server's state"):
        row = conn.execute(query("health_server.server"), parameters).fetchone() or {}
    available = tuple(Extension(*each) for each in row["extensions"] or ())
    return ServerFacts(**{**row, "extensions": available, "lacking": tuple(row["lacking"])})


def read_pulse(conn: Connection, clock: Clock) -> Pulse:
    """Take the quickest of three statements, whose time on the way blurs the clock least.

    Raises: DatabaseError.
    """
    with translated("asking for the time"):
        return min((_beat(conn, clock) for _ in range(_TRIES)), key=lambda beat: beat.latency_s)


def _beat(conn: Connection, clock: Clock) -> Pulse:
    before, started = clock(), time.monotonic()
    # In binary form a time does not depend on the role's DateStyle.
    row = conn.execute(query("health_server.pulse"), binary=True).fetchone() or {}
    taken = time.monotonic() - started
    return Pulse(taken, (row["now"] - before).total_seconds() - taken / 2)
