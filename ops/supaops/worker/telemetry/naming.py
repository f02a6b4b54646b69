"""What names an attempt in the log."""

from __future__ import annotations

from typing import Any

from supaops.db.work import Job


def job_fields(job: Job) -> dict[str, Any]:
    """Return the fields of a log line that is about the job, as its `extra`; never the payload."""
    return {
        "job_id": job.id,
        "task_type": job.task_type,
        "queue": job.queue,
        "attempt": job.attempts,
    }
