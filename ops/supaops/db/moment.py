"""Read many things as of one moment, each within a time limit, and change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil

import psycopg
from psycopg.pq import TransactionStatus

from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.queries import query
from supaops.errors import DatabaseError


@contextmanager
def moment(conn: Connection) -> Iterator[None]:
    """Have every statement of the block see one moment, and refuse every write.

    Within a transaction of the caller's, it sees what that has done.

    Raises: DatabaseError.
    """
    outermost = conn.info.transaction_status is TransactionStatus.IDLE
    with translated("reading"), conn.transaction():
        if outermost:
            conn.execute("set transaction isolation level repeatable read")
        conn.execute("set transaction read only")
        conn.execute(query("live.settings"))
        yield


@contextmanager
def limited(conn: Connection, seconds: float) -> Iterator[None]:
    """Undo and refuse what fails or takes longer, and leave the transaction usable.

    Raises: DatabaseError, for a timeout one that says so.
    """
    try:
        with translated("reading"), conn.transaction():
            limit = f"{ceil(1000 * seconds)}ms"
            conn.execute("select set_config('statement_timeout', %s, true)", [limit])
            yield
    except DatabaseError as error:
        if isinstance(error.__cause__, psycopg.errors.QueryCanceled):
            raise DatabaseError(
                f"no answer within {seconds:g} s",
                hint="try again when the database has less to do",
            ) from error
        raise
