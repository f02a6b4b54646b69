"""Read what the worker has answered of late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.queries import query


@dataclass(frozen=True, slots=True)
class Answers:
    """The thousand latest posts, and which supaops made them.

    Attributes:
        posts: how many there are.
        success_age_s: how long ago the newest that was answered with 2xx was sent; None when there
            is none.
        failures, failing_since, failing_s: the later ones that were answered otherwise or not at
            all, and the first of them.
        applied_by: version of the supaops that has last applied something.
    """

    posts: int
    success_age_s: float | None
    failures: int
    failing_since: datetime | None
    failing_s: float | None
    applied_by: str | None = None


def read_answers(conn: Connection, patience_s: float) -> Answers:
    """Return what became of the latest posts.

    Args:    patience_s: how long a post may wait for its answer before it has failed, in seconds.
    Raises:  DatabaseError.
    """
    with translated("reading the worker's answers"):
        parameters = {"patience_s": patience_s}
        # In binary form a time does not depend on the role's DateStyle.
        row = conn.execute(query("health_worker.answers"), parameters, binary=True).fetchone()
    return Answers(**(row or {}))
