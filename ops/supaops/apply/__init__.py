"""A Plan to one transaction, verified and recorded."""

from supaops.apply.apply import Applied, Options, apply_plan
from supaops.apply.environment import require_own_environment
from supaops.apply.provenance import Provenance, provenance
from supaops.apply.scheduler import changes_cron_jobs, remind_scheduler

__all__ = [
    "Applied",
    "Options",
    "Provenance",
    "apply_plan",
    "changes_cron_jobs",
    "provenance",
    "remind_scheduler",
    "require_own_environment",
]
