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
from supaops.plan.schema_version import installed_version
from supaops.render.resource import Kind
from supaops.render.version import schema_version


@dataclass(frozen=True, slots=True)
class RevisionFacts:
    """Who applied last.

    Attributes:
        newest: the version of supaops that did; empty when nobody has.
        unknown_steps: schema steps that are recorded and not among those of this version.
        installed: the schema version of the database; 0 when it has none.
        running: the version that asks.
    """

    newest: str
    unknown_steps: tuple[str, ...] = ()
    installed: int = 0
    running: str = __version__


def revision_facts(sources: Sources) -> RevisionFacts:
    """Return which version applied last, and what this one does not know of it."""
    plan = sources.facts(plan_facts)
    steps = (c for c in plan.of_record if c.kind is Kind.SCHEMA)
    unknown = tuple(each.address.partition(".")[2] for each in steps if each.desired is None)
    return RevisionFacts(read_newest_version(sources.conn), unknown, installed_version(plan))


@check(
    "config.revision",
    reads=revision_facts,
    title="The schema is that of this version",
    why="What is newer than this version it judges by half, and may not change; in what is older, "
    "commands and workers miss what they call.",
)
def revision(config: Config, facts: RevisionFacts) -> Verdict:
    """Judge whether the newest revision or a schema step is of a newer version, or one is due."""
    if _parts(facts.newest) > _parts(facts.running):
        fix = f"pip install 'supaops>={facts.newest}'"
        return warning(f"version {facts.newest} applied, this is {facts.running}", fix)
    if facts.unknown_steps:
        fix, steps = "pip install --upgrade supaops", ", ".join(facts.unknown_steps)
        return warning(f"unknown schema steps: {steps}", fix, evidence=facts.unknown_steps)
    if 0 < facts.installed < schema_version():
        fix = f"supaops upgrade --env {config.environment}"
        return warning(f"schema version {facts.installed}, this one's is {schema_version()}", fix)
    return ok(f"version {facts.newest} applied")


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))
