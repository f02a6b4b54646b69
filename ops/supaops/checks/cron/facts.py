"""What the checks ``cron.*`` judge."""

from __future__ import annotations

from supaops.checks.cron.windows import windows
from supaops.checks.facts import active_jobs
from supaops.checks.sources import Sources
from supaops.clock import utc_now
from supaops.db.health.cron import (
    CronFacts,
    JobRuns,
    StartupFailures,
    read_cron,
    read_runs,
    read_startup_failures,
)


def cron_facts(sources: Sources) -> CronFacts:
    """Return what pg_cron is doing."""
    return read_cron(sources.conn, active_jobs(sources.desired.config))


def run_facts(sources: Sources) -> list[JobRuns]:
    """Return the runs of the jobs that are declared active and are so."""
    return read_runs(sources.conn, windows(sources.desired.config, utc_now()))


def startup_facts(sources: Sources) -> StartupFailures:
    """Return which runs did not start."""
    return read_startup_failures(sources.conn)
