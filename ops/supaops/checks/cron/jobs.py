"""Are the jobs such that pg_cron can run them?"""

from __future__ import annotations

from supaops.checks.check import check, critical, ok
from supaops.checks.cron.facts import cron_facts
from supaops.checks.facts import active_jobs
from supaops.checks.finding import Verdict
from supaops.config.model import Config
from supaops.db.health.cron import CronFacts

_FEW = 3


@check(
    "cron.jobs",
    reads=cron_facts,
    title="Each job that is declared active is live and active",
    why="A job that is not active never runs, and leaves no run that failed.",
)
def jobs(config: Config, facts: CronFacts) -> Verdict:
    """Judge whether each job that is declared active is live and active."""
    asleep = sorted(set(active_jobs(config)) - set(facts.running_jobs))
    if asleep:
        return critical(
            f"not active: {', '.join(asleep)}",
            f"supaops apply --env {config.environment}; "
            f"what an operator has paused: supaops resume --env {config.environment}",
            value=len(asleep),
            declared_at=("cron", "jobs", asleep[0]),
        )
    return ok(f"{len(facts.running_jobs)} active", value=0)


@check(
    "cron.job_roles",
    reads=cron_facts,
    title="Each job's role exists",
    why=(
        "One job of a role that is gone, even an inactive one, stops pg_cron's scheduler for all "
        "jobs, in silence."
    ),
)
def job_roles(config: Config, facts: CronFacts) -> Verdict:
    """Judge whether each job in cron.job, active or not, has a role that is there.

    Source: pg_cron's `TupleToCronJob`, and its issue 399.
    """
    del config
    fix = "create these roles anew: select distinct username from cron.job where username not in "
    fix += "(select rolname from pg_roles)"
    return _none(facts.ownerless_jobs, "of a role that is gone", fix)


@check(
    "cron.login",
    reads=cron_facts,
    title="Each active job's role may log in",
    why="pg_cron connects as the job's role: each of its runs fails.",
)
def login(config: Config, facts: CronFacts) -> Verdict:
    """Judge whether pg_cron can connect as the role of each active job."""
    del config
    fix = "schedule them as postgres, or have their roles log in: alter role ... login"
    return _none(facts.loginless_jobs, "of a role that cannot log in", fix)


@check(
    "cron.copy",
    reads=cron_facts,
    title="No job copies to or from the client",
    why=(
        "pg_cron never comes back from COPY ... TO STDOUT or FROM STDIN, and runs no other job "
        "from then on."
    ),
)
def copy(config: Config, facts: CronFacts) -> Verdict:
    """Judge whether an active job holds a COPY that stops the scheduler (measured with 1.6.5)."""
    del config
    fix = "select cron.alter_job(jobid, active := false) from cron.job where command ilike "
    fix += "'%copy%std%'; then restart the database"
    return _none(facts.copying_jobs, "with a COPY to or from the client", fix)


def _none(names: list[str], what: str, fix: str) -> Verdict:
    if not names:
        return ok(f"none {what}", value=0)
    few = ", ".join(names[:_FEW]) + (", ..." if len(names) > _FEW else "")
    return critical(f"{what}: {few}", fix, value=len(names), evidence=tuple(names))
