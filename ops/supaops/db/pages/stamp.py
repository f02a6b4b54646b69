"""Tell that something has changed, without a look at the jobs."""

from __future__ import annotations

from supaops.config.model import Queue
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.health.names import of_queue


def read_stamp(conn: Connection, queue: Queue) -> str:
    """Return 32 hex digits that differ from those before once a page would look different.

    Raises: DatabaseError.
    """
    with translated("looking for changes"):
        row = conn.execute(of_queue("page_stamp.stamp", queue)).fetchone()
    return str(row["stamp"]) if row else ""
