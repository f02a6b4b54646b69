"""What can the Data API reach?"""

from __future__ import annotations

from supaops.checks.check import check, critical, ok, warning
from supaops.checks.facts import exposure_facts
from supaops.checks.finding import Verdict
from supaops.checks.security.exposed import Exposures, about, listed
from supaops.config.model import Config


@check(
    "security.rls",
    reads=exposure_facts,
    title="Row level security is on",
    why="It is what still holds when somebody grants the table to the Data API by mistake.",
)
def rls(config: Config, facts: Exposures) -> Verdict:
    """Judge the queue's table, and those of schema supaops, which nobody can reach otherwise."""
    found = about(facts, "rls")
    if not found:
        return ok("on for every table", value=0)
    say = warning if all(each.detail == "private" for each in found) else critical
    names = tuple(each.name for each in found)
    fix = f"supaops apply --env {config.environment}"
    return say(f"off: {listed(found)}", fix, value=len(found), evidence=names)


@check(
    "security.exposed",
    reads=exposure_facts,
    title="The Data API cannot reach the queue's table and views",
    why="Anybody with the public key could read payloads, or write jobs of his own.",
)
def exposed(config: Config, facts: Exposures) -> Verdict:
    """Judge whether `anon` or `authenticated` holds any privilege on the table or a view."""
    found = about(facts, "exposed")
    if not found:
        return ok("no privilege", value=0)
    names = tuple(f"{each.name}: {each.detail}" for each in found)
    fix = f"supaops apply --env {config.environment}"
    return critical("; ".join(names), fix, value=len(found), evidence=names)


@check(
    "security.private_schema",
    reads=exposure_facts,
    title="Private schemas are not served by the Data API",
    why="Private tables hold what the queue trusts; cron, net and vault hold commands, queued "
    "headers and secrets.",
)
def private_schema(config: Config, facts: Exposures) -> Verdict:
    """Judge whether the Data API's roles may use schema supaops, or it serves a private schema."""
    found = about(facts, "private_schema")
    if not found:
        return ok("none", value=0)
    listing = [each.name for each in found if each.detail.startswith("listed")]
    fix = f"supaops apply --env {config.environment}"
    if listing:
        fix = f"take {', '.join(listing)} out of Exposed schemas: dashboard, Settings, Data API"
    names = tuple(f"{each.name}: {each.detail}" for each in found)
    return critical("; ".join(names), fix, value=len(found), evidence=names)
