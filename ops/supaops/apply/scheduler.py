"""Make sure that pg_cron learns of the jobs that an apply has changed (ADR 11)."""

from __future__ import annotations

import time

from supaops.apply.apply import Applied
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.write import REMIND_BY_HAND, remind_pg_cron
from supaops.errors import DatabaseError
from supaops.render.resource import Kind

# pg_cron looks up at least once a second (`MaxWait` in its src/pg_cron.c). It must first take in
# what was committed before: what is sent to a session that lags too far behind is thrown away.
_SETTLED_AFTER_S = 1.5


def changes_cron_jobs(applied: Applied) -> bool:
    """Return whether pg_cron has something to learn."""
    return any(change.kind is Kind.CRON_JOB for change in applied.changes)


def remind_scheduler(conn: Connection) -> None:
    """Have pg_cron read its jobs again, 1.5 s from now.

    Raises: DatabaseError; what was applied stays applied.
    """
    time.sleep(_SETTLED_AFTER_S)
    try:
        with translated("reminding pg_cron"):
            remind_pg_cron(conn)
    except DatabaseError as error:
        raise DatabaseError(
            f"everything is applied, but pg_cron may not know of it yet: {error.message}",
            hint=REMIND_BY_HAND,
        ) from error
