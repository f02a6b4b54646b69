"""How do the runs of the jobs end, and how long do they take?"""

from __future__ import annotations

from collections.abc import Iterator

from supaops.checks.check import check, graded, ok, skipped
from supaops.checks.cron.facts import cron_facts, run_facts, startup_facts
from supaops.checks.finding import Verdict
from supaops.config.model import Config
from supaops.db.health.cron import CronFacts, JobRuns, StartupFailures

_UNRECORDED = "cron.log_run is off: see cron.settings"


@check(
    "cron.failures",
    reads=run_facts,
    title="The latest run of each job succeeded",
    why="A job that fails is tried again when it is next due, and by nobody before.",
)
def failures(config: Config, facts: list[JobRuns]) -> Verdict:
    """Judge the job that has failed most in a row; what a restart cut off is no failure."""
    known = [each for each in facts if each.posted is None]
    if not known:
        return skipped(_UNRECORDED if facts else "no cron job is declared active")
    worst = max(known, key=lambda each: each.failures)
    if not worst.failures:
        return ok("no failure since the last success", value=0)
    run = worst.failed_run
    return graded(
        worst.failures,
        config.checks.thresholds("cron.failures"),
        f"{worst.job}: {_times(worst.failures)} in a row",
        fix=f"select return_message from cron.job_run_details where runid = {run}",  # noqa: S608  shown, not run
        evidence=tuple(_failing(known)),
        since=worst.failed_since,
        declared_at=("cron", "jobs", worst.job),
    )


def _failing(runs: list[JobRuns]) -> Iterator[str]:
    for each in sorted(runs, key=lambda each: each.failures, reverse=True):
        if each.failures:
            yield f"{each.job}: {_times(each.failures)}, last run {each.failed_run}"


def _times(count: int) -> str:
    return "failed once" if count == 1 else f"failed {count} times"


@check(
    "cron.startup",
    reads=startup_facts,
    title="Runs start",
    why=(
        "A run that cannot connect does nothing: connections or worker slots are used up, or the "
        "server refuses pg_cron's login."
    ),
)
def startup(config: Config, facts: StartupFailures) -> Verdict:
    """Judge how many runs of the last hour did not start, or lost their connection."""
    return graded(
        facts.failures,
        config.checks.thresholds("cron.startup"),
        f"{facts.failures} in the last hour: {facts.message}" if facts.failures else "all did",
        fix="select state, count(*) from pg_stat_activity group by state; show max_connections",
        since=facts.since,
    )


@check(
    "cron.long_runs",
    reads=cron_facts,
    title="No run takes long",
    why="A job does not overlap itself: while a run lasts, its later ones wait.",
)
def long_runs(config: Config, facts: CronFacts) -> Verdict:
    """Judge how long the oldest run has been going on, by its session."""
    if facts.longest_run_s is None:
        return ok("none is going on", value=0.0, unit="s")
    job = facts.longest_run_job or "a job"
    return graded(
        facts.longest_run_s,
        config.checks.thresholds("cron.long_runs"),
        f"{job}, pid {facts.longest_run_pid}: for {facts.longest_run_s:.0f} s",
        fix=f"select pg_cancel_backend({facts.longest_run_pid})",
        unit="s",
    )


@check(
    "cron.overlap",
    reads=cron_facts,
    title="Few runs go on at once",
    why=(
        "Each run takes a connection; Supabase advises eight at once, and pg_cron starts no more "
        "than cron.max_running_jobs."
    ),
)
def overlap(config: Config, facts: CronFacts) -> Verdict:
    """Judge how many runs go on at this moment."""
    most = facts.max_running_jobs
    return graded(
        facts.runs_at_once,
        config.checks.thresholds("cron.overlap"),
        f"{facts.runs_at_once} at once" + (f", of {most} that may" if most else ""),
        fix="give them different minutes: select jobname, schedule from cron.job where active",
    )
