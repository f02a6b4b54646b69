"""Does pg_net send what it is given, and is what it brings back kept?"""

from __future__ import annotations

from supaops.checks.check import check, critical, graded, ok
from supaops.checks.finding import Verdict
from supaops.checks.net.facts import net_facts, patience
from supaops.config.model import Config
from supaops.db.health.net import NetFacts

RESTART = "select net.worker_restart()"


@check(
    "net.worker",
    reads=net_facts,
    title="pg_net's worker runs",
    why="Without it no request is sent: they pile up in its queue, and no job is started.",
)
def worker(config: Config, facts: NetFacts) -> Verdict:
    """Judge whether the server shows pg_net's worker."""
    del config
    if facts.worker_alive:
        return ok("running")
    return critical("not running", f"{RESTART}; if it stays away, restart the database")


@check(
    "net.queue",
    reads=net_facts,
    title="pg_net keeps up",
    why="What waits in its queue is not sent yet: the worker hears of its jobs late, or never.",
)
def queue(config: Config, facts: NetFacts) -> Verdict:
    """Judge how many requests wait."""
    bounds = config.checks.thresholds("net.queue")
    return graded(facts.backlog, bounds, f"{facts.backlog} waiting", fix=RESTART)


@check(
    "net.stalled",
    reads=net_facts,
    title="pg_net sends our posts",
    why="A post that stays in its queue reaches nobody; pg_net's worker may run and yet hang.",
)
def stalled(config: Config, facts: NetFacts) -> Verdict:
    """Judge whether a post of ours waits for longer than one can take."""
    since = facts.oldest_queued_at
    waited = (facts.now - since).total_seconds() if since else 0.0
    if waited <= patience(config).total_seconds():
        return ok("none waits for long", value=waited, unit="s")
    observed = f"a post has waited for {waited:.0f} s"
    return critical(observed, RESTART, value=waited, unit="s", since=since)


@check(
    "net.triggers",
    reads=net_facts,
    title="Nothing hangs on pg_net's tables",
    why="A trigger or foreign key on them runs inside pg_net's worker, and its error ends that.",
)
def triggers(config: Config, facts: NetFacts) -> Verdict:
    """Judge whether somebody put a trigger or a foreign key there (pg_net's issues 42 and 44)."""
    del config
    found = facts.foreign_objects
    if not found:
        return ok("nothing does", value=0)
    fix = "drop it as its owner, and poll net._http_response instead"
    return critical(", ".join(found[:3]), fix, value=len(found), evidence=tuple(found))


@check(
    "net.harvest",
    reads=net_facts,
    title="Answers are copied before pg_net forgets them",
    why="pg_net deletes them after six hours; what was not copied is evidence lost.",
)
def harvest(config: Config, facts: NetFacts) -> Verdict:
    """Judge how long the oldest answer to a post of ours has waited to be copied."""
    since = facts.oldest_uncopied_at
    waited = (facts.now - since).total_seconds() if since else 0.0
    return graded(
        waited,
        config.checks.thresholds("net.harvest"),
        f"one has waited for {waited:.0f} s" if since else "all are",
        fix="select supaops.harvest_responses()",
        unit="s",
        since=since,
    )
