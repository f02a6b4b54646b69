"""Does this supaops know all that is there?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from supaops import __version__
from supaops.checks.check import check, ok, warning
from supaops.checks.facts import plan_facts
from supaops.checks.finding import Verdict
from supaops.checks.sources import Sources
from supaops.config.model import Config
from supaops.db.health.revision import read_newest_version
from supaops.render.resource import Kind


@dataclass(frozen=True, slots=True)
class RevisionFacts:
    """Who applied last.

    Attributes:
        newest: the version of supaops that did; empty when nobody has.
        unknown_steps: schema steps that are recorded and not among those of this version.
        running: the version that asks.
    """

    newest: str
    unknown_steps: tuple[str, ...] = ()
    running: str = __version__


def revision_facts(sources: Sources) -> RevisionFacts:
    """Return which version applied last, and what this one does not know of it."""
    steps = (c for c in sources.facts(plan_facts).of_record if c.kind is Kind.SCHEMA)
    unknown = tuple(each.address.partition(".")[2] for each in steps if each.desired is None)
    return RevisionFacts(read_newest_version(sources.conn), unknown)


@check(
    "config.revision",
    reads=revision_facts,
    title="No newer version has applied",
    why="An older one does not know what the newer one made: it judges by half, and its apply "
    "would put old functions back.",
)
def revision(config: Config, facts: RevisionFacts) -> Verdict:
    """Judge whether the newest revision, or a schema step, is of a newer version."""
    del config
    if _parts(facts.newest) > _parts(facts.running):
        fix = f"pip install 'supaops>={facts.newest}'"
        return warning(f"version {facts.newest} applied, this is {facts.running}", fix)
    if facts.unknown_steps:
        fix, steps = "pip install --upgrade supaops", ", ".join(facts.unknown_steps)
        return warning(f"unknown schema steps: {steps}", fix, evidence=facts.unknown_steps)
    return ok(f"version {facts.newest} applied")


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))
