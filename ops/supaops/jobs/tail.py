"""Follow the jobs as they come and change."""

from __future__ import annotations

import time
from collections.abc import Iterator

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.filtering import Filter
from supaops.db.selection import JobRow, changes

NEWEST = 1_000
"""How many of the newest jobs are looked at; beside them those that run or did not end yet."""
POLL_S = 0.5
_FIRST = 10


def follow(conn: Connection, config: Config, wanted: Filter) -> Iterator[JobRow]:
    """Yield the ten that changed last, then each job that is new or has changed, for ever.

    Args:    wanted: its statuses, queue and task type; the rest of it is not looked at.
    Raises:  DatabaseError.
    """
    first = changes(conn, config, NEWEST, [])
    yield from [row for row in first if _is_wanted(row, wanted)][-_FIRST:]
    known = {row.id: row for row in first}
    while True:
        open_ids = [row.id for row in known.values() if row.completed_at is None]
        rows = changes(conn, config, NEWEST, open_ids)
        yield from (row for row in rows if row != known.get(row.id) and _is_wanted(row, wanted))
        known = {row.id: row for row in rows}
        time.sleep(POLL_S)


def _is_wanted(row: JobRow, wanted: Filter) -> bool:
    return (
        (not wanted.statuses or row.status in wanted.statuses)
        and wanted.queue in (None, row.queue)
        and wanted.task_type in (None, row.task_type)
    )
