"""One clone of a job for a form that is sent twice."""

from __future__ import annotations

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.operators import Actor, Done, acting, composed
from supaops.db.queries import query


def clone_once(
    conn: Connection, config: Config, job_id: int, seen: int, actor: Actor
) -> tuple[Done | None, bool]:
    """Clone a job, unless it was cloned after a row of the audit; then return that clone.

    Args:    seen: the id of that row, the newest that was known; 0 for none.
    Returns: what became of it, None when there is no such job; and whether it had been cloned.
    Raises:  DatabaseError.
    """
    with acting(conn, f"clone of job {job_id}", actor):
        conn.execute(query("cloning.hold"), {"id": job_id})
        found = conn.execute(query("cloning.since"), {"id": job_id, "seen": seen}).fetchone()
        if found:
            return Done(job_id, found["new_id"]), True
        row = conn.execute(composed("operators.replay", config), {"ids": [job_id]}).fetchone()
    return (Done(**row) if row else None), False
