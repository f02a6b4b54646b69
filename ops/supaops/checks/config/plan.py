"""Is what is declared there?"""

from __future__ import annotations

from supaops.checks.check import REACHABLE, check, critical, ok, warning
from supaops.checks.facts import plan_facts
from supaops.checks.finding import Verdict
from supaops.checks.sources import Sources
from supaops.config.model import Config
from supaops.db.health.applied import read_applied
from supaops.plan import Plan
from supaops.plan.summary import summary


def applied_facts(sources: Sources) -> bool:
    """Tell whether anything is recorded; a plan would wait for every lock on what is there."""
    return read_applied(sources.conn)


@check(
    "config.applied",
    reads=applied_facts,
    title="An apply has been here",
    why="Without one there is no queue, no schedule and no secret: no job can run.",
    needs=(REACHABLE,),
)
def applied(config: Config, is_recorded: bool) -> Verdict:  # noqa: FBT001  all that it reads
    """Judge whether anything that supaops owns is recorded."""
    if not is_recorded:
        return critical("never applied", f"supaops apply --env {config.environment}")
    return ok("applied")


@check(
    "config.drift",
    reads=plan_facts,
    title="The database is as declared",
    why="What was changed by hand is lost with the next apply, and what was declared is not there.",
)
def drift(config: Config, plan: Plan) -> Verdict:
    """Judge whether an apply would change anything."""
    if not plan.pending:
        return ok("as declared", value=0)
    return warning(
        summary(plan),
        f"supaops plan --env {config.environment}",
        value=len(plan.pending),
        evidence=tuple(f"{each.action}: {each.address}" for each in plan.pending),
    )
