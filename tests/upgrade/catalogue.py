"""What a database's catalogs say of all that supaops makes, a fact a line.

Only what an apply makes is in it: no row of a table, no sequence of a lane that jobs have opened,
and no number that the server gave out; the order of columns is.
"""

from __future__ import annotations

from pathlib import Path

from supaops.db.connect import Connection

_FACTS = Path(__file__).with_suffix(".sql").read_bytes()


def catalogue(conn: Connection) -> list[str]:
    """Return all facts, sorted."""
    with conn.transaction():
        conn.execute("set local search_path = ''")
        return [row["line"] for row in conn.execute(_FACTS)]
