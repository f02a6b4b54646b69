"""What the worker answered; that pg_cron calls its run a success says nothing of it."""

from __future__ import annotations

from supaops.checks.check import check, critical, ok, unknown
from supaops.checks.facts import chain_facts
from supaops.checks.finding import Verdict
from supaops.config.model import Config
from supaops.db.health.chain import ChainFacts

_SUCCESS = range(200, 300)


@check(
    "net.last_answer",
    reads=chain_facts,
    title="The worker's newest answer is a success",
    why="A post that is refused or lost starts no job.",
)
def last_answer(config: Config, facts: ChainFacts) -> Verdict:
    """Judge the newest answer of the worker; no answer at all is unknown, never well."""
    fix = f"supaops smoke --env {config.environment}"
    if facts.posted_at is None:
        return unknown(_no_evidence(facts), fix)
    age = f"{facts.posted_age_s:.0f} s ago"
    if facts.status_code in _SUCCESS:
        return ok(f"HTTP {facts.status_code}, {age}")
    seen = facts.error or f"HTTP {facts.status_code}"
    return critical(f"{seen}, {age}", fix)


def _no_evidence(facts: ChainFacts) -> str:
    """Say why nothing was posted yet: that nothing was ready is no fault, but no proof either."""
    if facts.idle_age_s is None:
        return "no evidence"
    return f"no post yet, for no job was ready {facts.idle_age_s:.0f} s ago"
