"""One clone of a job for a form that is sent twice."""

from __future__ import annotations

from dataclasses import dataclass

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.operators import Actor, acting, composed
from supaops.db.queries import query


@dataclass(frozen=True, slots=True)
class Clone:
    """The clone of a job.

    Attributes:
        new_id: None when there is none.
        problem: why there is none.
        was_there: it had been made before.
    """

    new_id: int | None
    problem: str | None = None
    was_there: bool = False


def clone_once(
    conn: Connection, config: Config, job_id: int, seen: int, actor: Actor
) -> Clone | None:
    """Clone a job, unless it was cloned after a row of the audit; then return that clone.

    Args:    seen: the id of that row, the newest that was known; 0 for none.
    Returns: None when there is no such job.
    Raises:  DatabaseError.
    """
    with acting(conn, f"clone of job {job_id}", actor):
        conn.execute(query("cloning.hold"), {"id": job_id})
        found = conn.execute(query("cloning.since"), {"id": job_id, "seen": seen}).fetchone()
        if found:
            return Clone(found["new_id"], was_there=True)
        row = conn.execute(composed("cloning.make", config), {"id": job_id}).fetchone()
    return Clone(**row) if row else None
