"""Read which schema version a database has, and which workers it still serves."""

from __future__ import annotations

from dataclasses import dataclass

from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.queries import query
from supaops.render.version import newest_step


@dataclass(frozen=True, slots=True)
class Versions:
    """What a database says of its schema.

    Attributes:
        installed: its version; 0 when nothing tells, or may not be looked at.
        oldest_worker: the version of the oldest workers that it serves; 0 from before it told.
    """

    installed: int = 0
    oldest_worker: int = 0


def read_versions(conn: Connection) -> Versions:
    """Return what the database says, as far as this role may look.

    Raises: DatabaseError.
    """
    with translated("reading the schema version"):
        may = conn.execute(query("version.readable")).fetchone() or {}
        if not may["is_readable"]:
            return Versions()
        steps = [row["address"] for row in conn.execute(query("version.steps"))]
        row = conn.execute(query("version.oldest_worker")).fetchone() if may["tells_oldest"] else {}
        return Versions(newest_step(steps), int(row["version"]) if row else 0)
