"""pg_cron, its jobs and their runs."""

from supaops.checks.check import AnyCheck
from supaops.checks.cron.scheduler import jobs, scheduler

CHECKS: tuple[AnyCheck, ...] = (scheduler, jobs)
