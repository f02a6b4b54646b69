"""Reschedule a job that waits, or let it go before or after others."""

from __future__ import annotations

from datetime import datetime

from supaops.config.model import Config
from supaops.db.adjust import PENDING, adjust_job
from supaops.db.connect import Connection
from supaops.db.operators import Actor
from supaops.errors import SupaopsError

HIGHEST, LOWEST = -32_768, 32_767
"""The priorities that there are: the smaller goes first."""


def reschedule(
    conn: Connection, config: Config, job_id: int, run_at: datetime, actor: Actor
) -> None:
    """Have a pending job wait until `run_at`, or no longer.

    Raises: SupaopsError for a job that is not pending; DatabaseError.
    """
    _require_pending(job_id, adjust_job(conn, config, job_id, actor, run_at=run_at))


def set_priority(
    conn: Connection, config: Config, job_id: int, priority: int, actor: Actor
) -> None:
    """Change the priority of a pending job.

    Raises: SupaopsError for a job that is not pending; DatabaseError.
    """
    _require_pending(job_id, adjust_job(conn, config, job_id, actor, priority=priority))


def _require_pending(job_id: int, status: str | None) -> None:
    if status != PENDING:
        raise SupaopsError(
            f"job {job_id} was not changed: it is {status or 'not there'}",
            hint="only a pending job has a priority or a time to change",
        )
