"""What the tests of limits declare, and short forms of what they do."""

from __future__ import annotations

from supaops.db.connect import Connection
from tests.db.calls import Row, enqueue

SLOTS = {"default": 3, "side": 4}
OF_TYPE = {"plain": 5, "report": 2}
RATES = {"slow": "5/h"}
MARKED = (
    "select id from supaops.lease where limited_lanes is not null and closed_at is null order by id"
)


def fill(db: Connection, jobs: int, **options: object) -> list[int]:
    """Enqueue so many jobs and return their ids."""
    return [enqueue(db, **options) for _ in range(jobs)]  # type: ignore[arg-type]


def usage(db: Connection, scope: str, name: str) -> Row:
    """Return how many jobs run under a limit, and how many may start now."""
    row = db.execute(
        "select running, startable from job_queue_limits() where scope = %s and name = %s",
        [scope, name],
    ).fetchone()
    assert row is not None
    return row
