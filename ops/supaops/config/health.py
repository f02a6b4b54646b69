"""The sections about the chain's health: its records, its promises, who is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from pydantic import Field, model_validator

from supaops.config.fields import Duration, Reference, Text
from supaops.config.problem import Complaint
from supaops.config.section import Section

_LONGEST_IN_SENTRY = timedelta(days=7)
_MOST_IN_A_ROW = 720


class History(Section):
    """How long each record is kept; `maintain` and `cleanup` remove what is older."""

    dispatches: Duration = timedelta(days=30)
    """Posts to the worker and their answers."""
    cron_runs: Duration | None = timedelta(days=7)
    """Runs of the declared cron jobs in `cron.job_run_details`; null keeps them for ever."""
    foreign_cron_runs: Duration | None = None
    """Runs of all other cron jobs; null leaves them alone."""
    audit: Duration | None = timedelta(days=365)
    """What operators did; null keeps it for ever."""
    samples: Duration = timedelta(days=8)
    """Counts of jobs, one row per queue and minute."""


class Freshness(Section):
    """Jobs start in time."""

    target: float = Field(default=0.99, ge=0, le=1)
    """The share of jobs that start in time."""
    within: Duration = timedelta(minutes=1)
    """How long after its `run_at` a job starts at the latest."""


class Share(Section):
    """Most of something ends well."""

    target: float = Field(default=0.99, ge=0, le=1)
    """The share that does."""


class Recovery(Section):
    """Failed jobs are looked after."""

    within: Duration = timedelta(hours=4)
    """How long a failed job waits at most until it is retried, cancelled or removed."""


class Slo(Section):
    """Service level objectives: freshness, success, completeness, recovery."""

    freshness: Freshness = Freshness()
    """Jobs start in time."""
    success: Share = Share()
    """Jobs succeed within their attempts."""
    completeness: Share = Share()
    """Cron jobs run when they are due."""
    recovery: Recovery = Recovery()
    """Failed jobs are looked after."""


class Watch(Section):
    """The watcher."""

    interval: Duration = timedelta(seconds=5)
    """From the start of one round of checks to the next."""
    worker_interval: Duration = timedelta(minutes=1)
    """From one call of the worker's endpoint to the next; posts are looked at in each round."""
    heartbeat: Reference | None = None
    """URL to call after each round, as of healthchecks.io; null calls nobody."""


class Sentry(Section):
    """Sentry; without a DSN it is off."""

    dsn: Reference | None = None
    """Where events go: `env(SENTRY_DSN)`; null, or a variable that is unset, sends nothing."""
    messages: bool = False
    """Whether events hold what an error says, without known secrets and the payload's values."""
    monitors: bool = True
    """Whether each cron job that Sentry can watch has a monitor there."""
    checkin_margin: Duration = timedelta(minutes=3)
    """How late a check-in may be before Sentry calls it missed; up to 7d, in whole minutes."""
    max_runtime: Duration = timedelta(minutes=30)
    """How long a run may go on before Sentry calls it failed; up to 7d, in whole minutes."""
    failure_issue_threshold: int = Field(default=1, ge=1, le=_MOST_IN_A_ROW)
    """How many failed or missed runs in a row make an issue."""
    recovery_threshold: int = Field(default=1, ge=1, le=_MOST_IN_A_ROW)
    """How many good runs in a row resolve it."""

    @model_validator(mode="after")
    def _sentry_takes_a_week_at_most(self) -> Self:
        for name in ("checkin_margin", "max_runtime"):
            if getattr(self, name) > _LONGEST_IN_SENTRY:
                raise Complaint(f"{name}: expected at most 7d", reveal=False)
        return self


class Runbook(Section):
    """What the playbook says of the people and the application."""

    title: Text = ""
    """Whose queue it is: the name of the application."""
    admin_ui: Text = "/dashboard/admin-tools/jobs"
    """Path or URL of the page of jobs."""
    task_types_file: Text = "lib/jobs/types.ts"
    """Where the application lists its task types: what `supaops types` writes."""
    handlers_file: Text = "lib/jobs/handlers/index.ts"
    """Where it registers their handlers."""
    primary: Text = "Engineering on-call"
    """Who is called first."""
    escalation: Text = "Platform team for Supabase cron/pg_net issues"
    """Who is called next."""
