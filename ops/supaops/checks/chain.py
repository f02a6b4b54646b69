"""The chain's links, each judged on what the database shows. Pure: facts in, a finding out."""

from __future__ import annotations

from collections.abc import Callable

from supaops.checks.finding import Finding
from supaops.config.model import Config
from supaops.db.health import ChainFacts
from supaops.plan import Plan
from supaops.plan.summary import summary
from supaops.status import Severity

# pg_net sends 200 requests a batch; more than that waiting means that it does not keep up.
NET_BACKLOG_WARNING = 200
_SUCCESS = range(200, 300)


def drift(plan: Plan) -> Finding:
    """Judge whether the database is as declared."""
    if plan.pending:
        fix = f"supaops plan --env {plan.environment}"
        return Finding("config.drift", Severity.WARNING, summary(plan), fix)
    return Finding("config.drift", Severity.OK, "as declared")


def scheduler(config: Config, facts: ChainFacts) -> Finding:
    """Judge whether pg_cron's scheduler runs; without it no job ever starts."""
    del config
    if facts.scheduler_alive:
        return Finding("cron.scheduler", Severity.OK, "running")
    fix = "restart the database: pg_cron starts with it"
    return Finding("cron.scheduler", Severity.CRITICAL, "not running", fix)


def jobs(config: Config, facts: ChainFacts) -> Finding:
    """Judge whether each job that is declared active is live and active."""
    asleep = sorted(set(active_jobs(config)) - set(facts.running_jobs))
    if asleep:
        fix = f"supaops apply --env {config.environment}"
        return Finding("cron.jobs", Severity.CRITICAL, f"not active: {', '.join(asleep)}", fix)
    return Finding("cron.jobs", Severity.OK, f"{len(facts.running_jobs)} active")


def net_queue(config: Config, facts: ChainFacts) -> Finding:
    """Judge whether pg_net keeps up."""
    del config
    observed = f"{facts.net_backlog} waiting"
    if facts.net_backlog > NET_BACKLOG_WARNING:
        return Finding("net.queue", Severity.WARNING, observed, "select net.worker_restart()")
    return Finding("net.queue", Severity.OK, observed)


def last_answer(config: Config, facts: ChainFacts) -> Finding:
    """Judge the newest answer of the worker; no answer at all is unknown, never well."""
    if facts.posted_at is None:
        fix = f"supaops smoke --env {config.environment}"
        return Finding("net.last_answer", Severity.UNKNOWN, _no_evidence(facts), fix)
    age = f"{facts.posted_age_s:.0f} s ago"
    if facts.status_code in _SUCCESS:
        return Finding("net.last_answer", Severity.OK, f"HTTP {facts.status_code}, {age}")
    seen = facts.error or f"HTTP {facts.status_code}"
    fix = f"supaops smoke --env {config.environment}"
    return Finding("net.last_answer", Severity.CRITICAL, f"{seen}, {age}", fix)


def _no_evidence(facts: ChainFacts) -> str:
    """Say why nothing was posted yet: that nothing was ready is no fault, but no proof either."""
    if facts.idle_age_s is None:
        return "no evidence"
    return f"no post yet, for no job was ready {facts.idle_age_s:.0f} s ago"


def active_jobs(config: Config) -> list[str]:
    """Return the names of the cron jobs that are declared active."""
    return [name for name, job in config.cron.jobs.items() if job.active]


CHAIN_CHECKS: tuple[Callable[[Config, ChainFacts], Finding], ...] = (
    scheduler,
    jobs,
    net_queue,
    last_answer,
)
