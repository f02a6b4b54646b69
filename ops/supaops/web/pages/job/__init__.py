"""The page of one job, and what can be done to it there."""

from __future__ import annotations

from supaops.web.pages.job import acts, adjusting
from supaops.web.pages.job.showing import show
from supaops.web.visit import Entry, act, look

ENTRIES: tuple[Entry, ...] = (
    look("/{job_id:int}", show),
    look("/{job_id:int}/cancel", acts.confirm_cancel),
    act("/{job_id:int}/retry", acts.retry),
    act("/{job_id:int}/cancel", acts.cancel),
    act("/{job_id:int}/clone", acts.clone),
    act("/{job_id:int}/run-at", adjusting.run_at),
    act("/{job_id:int}/priority", adjusting.priority),
)

__all__ = ["ENTRIES"]
