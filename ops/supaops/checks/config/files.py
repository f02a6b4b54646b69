"""Is the YAML sound, and are the values there that it refers to? Neither needs a database."""

from __future__ import annotations

from supaops.checks.check import VALID, check, ok, skipped, unknown
from supaops.checks.finding import Verdict
from supaops.checks.sources import Sources
from supaops.config.model import Config
from supaops.errors import SupaopsError

Missing = tuple[SupaopsError, ...] | None


def config_facts(sources: Sources) -> Config:
    """Return the config; an invalid YAML makes the reader fail, and the check UNKNOWN."""
    return sources.desired.config


def missing_values(sources: Sources) -> Missing:
    """Return a problem for each value that is not there; None when that cannot be told."""
    return sources.missing


@check(
    "config.valid",
    reads=config_facts,
    title="The YAML can be read",
    why="From an invalid YAML nothing can be planned, applied or checked; what runs goes on.",
    needs=(),
)
def valid(config: Config, facts: Config) -> Verdict:
    """Say what is declared."""
    del config
    secrets, jobs = len(facts.vault.secrets), len(facts.cron.jobs)
    return ok(f"{facts.environment}: {jobs} cron jobs, {secrets} secrets")


@check(
    "config.sources",
    reads=missing_values,
    title="Each value that the YAML refers to is there",
    why="Without a secret's value nobody can tell whether Vault holds it, and no apply can run.",
    needs=(VALID,),
)
def sources(config: Config, facts: Missing) -> Verdict:
    """Judge whether the values are there; none of them is shown."""
    if facts is None:
        return skipped("the local stack lends them, and does not run")
    if not facts:
        return ok(f"{len(config.vault.secrets)} secrets", value=0)
    first, *others = facts
    more = f", and {len(others)} more" if others else ""
    evidence = tuple(f"{each}; fix: {each.hint}" for each in facts) if others else ()
    fix = first.hint or f"supaops config check --env {config.environment}"
    return unknown(f"{first}{more}", fix, value=len(facts), evidence=evidence)
