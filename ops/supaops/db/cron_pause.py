"""Pauses of single cron jobs. They share the one row of the pause by cron; who and why is told by
the audit, job by job."""

from __future__ import annotations

from datetime import datetime

from supaops.db.connect import Connection
from supaops.db.operators import record
from supaops.db.pause import How, Pause, as_told, begin_row, pause_of
from supaops.db.queries import query


def target_of(name: str) -> str:
    """Return what the audit calls a cron job."""
    return f"cron:{name}"


def cron_pauses(conn: Connection) -> dict[str, Pause]:
    """Return the pauses of the cron jobs that an operator has stopped, by the job's name."""
    found = (pause_of(row) for row in conn.execute(query("pause.cron_jobs")))
    return {each.stopped[0]: each for each in found}


def begin_job(conn: Connection, name: str, reason: str, until: datetime | None) -> None:
    """Write down that one cron job was stopped, inside a transaction of `acting`.

    Raises: SupaopsError for an empty reason.
    """
    row = begin_row(conn, How.CRON, [name], reason, until)
    record(conn, "pause", target_of(name), None, {**as_told(row), "stopped": [name]})


def end_job(conn: Connection, pause: Pause) -> None:
    """Forget the pause of one cron job, inside a transaction of `acting`.

    What is left of the row tells of the latest of the others.
    """
    [name] = pause.stopped
    conn.execute(query("pause.lock_cron"))
    others = {job: each for job, each in cron_pauses(conn).items() if job != name}
    if others:
        latest = max(others.values(), key=lambda each: str(each.paused_at))
        conn.execute(
            query("pause.keep"),
            {
                "stopped": sorted(others),
                "reason": latest.reason,
                "until": latest.until,
                "paused_at": latest.paused_at,
                "paused_by": latest.paused_by,
            },
        )
    else:
        conn.execute(query("pause.end"), {"how": How.CRON})
    record(conn, "resume", target_of(name), as_told(pause), None)
