"""Does pg_net send what it is given?"""

from __future__ import annotations

from supaops.checks.check import check, graded
from supaops.checks.facts import chain_facts
from supaops.checks.finding import Verdict
from supaops.config.model import Config
from supaops.db.health.chain import ChainFacts


@check(
    "net.queue",
    reads=chain_facts,
    title="pg_net keeps up",
    why="What waits in its queue is not sent yet: the worker hears of its jobs late, or never.",
)
def queue(config: Config, facts: ChainFacts) -> Verdict:
    """Judge how many requests wait."""
    return graded(
        facts.net_backlog,
        config.checks.thresholds("net.queue"),
        f"{facts.net_backlog} waiting",
        fix="select net.worker_restart()",
    )
