"""Read which version of supaops was here last."""

from __future__ import annotations

from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.queries import query


def read_newest_version(conn: Connection) -> str:
    """Return the version that made the newest revision; empty when there is none.

    Raises: DatabaseError.
    """
    with translated("reading the newest revision"):
        row = conn.execute(query("health_revision.newest")).fetchone()
    return row["tool_version"] if row else ""
