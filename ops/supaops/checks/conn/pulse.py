"""How far is it to the server, and what time is it there?"""

from __future__ import annotations

from supaops.checks.check import REACHABLE, check, graded
from supaops.checks.conn.facts import pulse_facts
from supaops.checks.finding import Verdict
from supaops.config.model import Config
from supaops.db.health.server import Pulse


@check(
    "conn.clock",
    reads=pulse_facts,
    title="The database's clock and this machine's agree",
    why="Times of jobs are the database's: ages that are told here would be wrong, and a worker "
    "refuses posts whose signature bears another time.",
    needs=(REACHABLE,),
)
def clock(config: Config, facts: Pulse) -> Verdict:
    """Judge by how much the two clocks differ."""
    ahead = "ahead of" if facts.skew_s > 0 else "behind"
    return graded(
        abs(facts.skew_s),
        config.checks.thresholds("conn.clock"),
        f"{abs(facts.skew_s):.1f} s {ahead} this machine's",
        fix="set this machine's clock: timedatectl set-ntp true",
        unit="s",
    )


@check(
    "conn.latency",
    reads=pulse_facts,
    title="The database answers at once",
    why="Every claim and every completion of a job waits for it.",
    needs=(REACHABLE,),
)
def latency(config: Config, facts: Pulse) -> Verdict:
    """Judge how long the quickest of some statements took."""
    return graded(
        facts.latency_s,
        config.checks.thresholds("conn.latency"),
        f"{1000 * facts.latency_s:.0f} ms there and back",
        fix="run this nearer to the database, in its region; if it is near: look at its load",
        unit="s",
    )
