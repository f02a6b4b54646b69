"""pg_cron, its jobs and their runs."""

from supaops.checks.check import AnyCheck
from supaops.checks.cron.jobs import copy, job_roles, jobs, login
from supaops.checks.cron.load import coincidence, history
from supaops.checks.cron.runs import failures, long_runs, overlap, startup
from supaops.checks.cron.scheduler import runid_sequence, scheduler, settings
from supaops.checks.cron.ticks import ticks

CHECKS: tuple[AnyCheck, ...] = (
    scheduler,
    jobs,
    job_roles,
    login,
    runid_sequence,
    settings,
    copy,
    ticks,
    failures,
    startup,
    long_runs,
    overlap,
    coincidence,
    history,
)
