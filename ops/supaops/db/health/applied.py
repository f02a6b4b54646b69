"""Has an apply been here?"""

from __future__ import annotations

from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.queries import query


def read_applied(conn: Connection) -> bool:
    """Tell whether any resource is recorded, without a look at one.

    Raises: DatabaseError.
    """
    with translated("looking for an apply"):
        row = conn.execute(query("health_applied.is_installed")).fetchone()
        if not row or not row["is_installed"]:
            return False
        return conn.execute(query("health_applied.recorded")).fetchone() is not None
