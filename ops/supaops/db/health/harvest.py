"""Save pg_net's answers in the ledger before they are forgotten."""

from __future__ import annotations

import psycopg

from supaops.db.connect import Connection
from supaops.db.queries import query


def harvest(conn: Connection) -> bool:
    """Copy what pg_net has recorded, in a transaction of its own; tell whether that was done.

    It is not where nothing was applied yet, on a standby, or when another session holds the rows
    for longer than a second: the next tick does it, and whoever looks sees pg_net's own record.
    """
    try:
        with conn.transaction():
            conn.execute("select set_config('lock_timeout', '1s', true)")
            conn.execute("select set_config('statement_timeout', '2s', true)")
            conn.execute(query("harvest.responses"))
    except psycopg.Error:
        return False
    return True
