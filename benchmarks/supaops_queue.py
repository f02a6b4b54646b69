"""The queue of this repository, as `supaops apply` installs it."""

from __future__ import annotations

from typing import Any

from benchmarks.project import apply, declared
from supaops.db.connect import Connection

Rows = list[dict[str, Any]]

ENQUEUE = """
select job_queue_enqueue_many(jsonb_agg(jsonb_build_object('task_type', 'game_platform_sync')))
  from generate_series(1, %s)
"""
CLAIM = "select id, lease_id, payload from job_queue_claim(%s, 'bench')"
COMPLETE = "select job_queue_mark_succeeded_many(%s, %s)"
SUCCEEDED = "select count(*) from job_queue where status = 'succeeded'"


class SupaopsQueue:
    """Leases, fenced completion, retries, history, payload schemas: nothing is switched off."""

    name = "supaops"

    def install(self, db: Connection) -> None:
        """Apply the shipped config; the payloads are checked against its schema."""
        apply(db, declared())
        db.execute("select cron.unschedule(jobname) from cron.job")

    def enqueue(self, db: Connection, jobs: int) -> None:
        """Add jobs with their task type's defaults."""
        db.execute(ENQUEUE, [jobs])

    def claim(self, db: Connection, limit: int) -> Rows:
        """Claim under one new lease."""
        return db.execute(CLAIM, [limit]).fetchall()

    def complete(self, db: Connection, claimed: Rows) -> None:
        """Complete under the lease; a refusal would show as a missing success."""
        db.execute(COMPLETE, [[r["id"] for r in claimed], [r["lease_id"] for r in claimed]])

    def succeeded(self, db: Connection) -> int:
        """Count them in the table."""
        return int((db.execute(SUCCEEDED).fetchone() or {})["count"])
