"""Save pg_net's answers in the dispatch ledger before pg_net forgets them."""

from __future__ import annotations

from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.queries import query
from supaops.errors import DatabaseError


def harvest(conn: Connection) -> bool:
    """Copy what the ledger lacks, in a short transaction of its own; tell whether it was done.

    Not on a standby, and not before the first apply. That it fails is no fault of who looks: the
    next tick does it anyway. It waits a second at most for a lock, and runs five.
    """
    try:
        with translated("saving pg_net's answers"), conn.transaction():
            conn.execute(query("health_harvest.limits"))
            row = conn.execute(query("health_harvest.possible")).fetchone()
            if not row or not row["possible"]:
                return False
            conn.execute(query("health_harvest.harvest"))
    except DatabaseError:
        return False
    return True
