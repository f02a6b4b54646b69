"""Does pg_cron run, and what it should run?"""

from __future__ import annotations

from supaops.checks.check import check, critical, ok
from supaops.checks.facts import active_jobs, chain_facts
from supaops.checks.finding import Verdict
from supaops.config.model import Config
from supaops.db.health.chain import ChainFacts


@check(
    "cron.scheduler",
    reads=chain_facts,
    title="pg_cron's scheduler runs",
    why="Without it no job ever starts, and nothing is written down about it.",
)
def scheduler(config: Config, facts: ChainFacts) -> Verdict:
    """Judge whether the server shows a scheduler."""
    del config
    if facts.scheduler_alive:
        return ok("running")
    return critical("not running", "restart the database: pg_cron starts with it")


@check(
    "cron.jobs",
    reads=chain_facts,
    title="Each job that is declared active is live and active",
    why="A job that is not active never runs, and leaves no run that failed.",
)
def jobs(config: Config, facts: ChainFacts) -> Verdict:
    """Judge whether each job that is declared active is live and active."""
    asleep = sorted(set(active_jobs(config)) - set(facts.running_jobs))
    if asleep:
        return critical(
            f"not active: {', '.join(asleep)}",
            f"supaops apply --env {config.environment}",
            value=len(asleep),
            declared_at=("cron", "jobs", asleep[0]),
        )
    return ok(f"{len(facts.running_jobs)} active", value=0)
