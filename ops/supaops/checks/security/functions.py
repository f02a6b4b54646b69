"""Who may call what, and what does a function find when it is called?"""

from __future__ import annotations

from supaops.checks.check import check, critical, ok, warning
from supaops.checks.facts import exposure_facts
from supaops.checks.finding import Verdict
from supaops.checks.security.exposed import Exposures, about, listed
from supaops.config.model import Config


@check(
    "security.search_path",
    reads=exposure_facts,
    title="Functions with others' rights have a fixed search_path",
    why="Whoever calls such a function with a search_path of his own has it run his objects in "
    "place of the ones that were meant, with its owner's rights.",
)
def search_path(config: Config, facts: Exposures) -> Verdict:
    """Judge the queue's functions, and each security definer one that the Data API can reach."""
    del config
    found = about(facts, "search_path")
    if not found:
        return ok("all are fixed", value=0)
    return warning(
        f"mutable: {listed(found)}",
        f"alter function {found[0].name} set search_path = pg_catalog, pg_temp",
        value=len(found),
        evidence=tuple(each.name for each in found),
    )


@check(
    "security.execute",
    reads=exposure_facts,
    title="The Data API cannot call the queue's functions",
    why="Anybody with the public key could enqueue, claim or cancel jobs.",
)
def execute(config: Config, facts: Exposures) -> Verdict:
    """Judge whether `anon` or `authenticated` may execute a function of the queue."""
    found = about(facts, "execute")
    if not found:
        return ok("none", value=0)
    return critical(
        "; ".join(f"{each.name}: {each.detail}" for each in found[:3]) + _more(len(found) - 3),
        f"supaops apply --env {config.environment}",
        value=len(found),
        evidence=tuple(f"{each.name}: {each.detail}" for each in found),
    )


@check(
    "security.net_functions",
    reads=exposure_facts,
    title="The Data API cannot have the database send HTTP requests",
    why="A security definer function that posts lets its callers reach what only the database can, "
    "such as services of its own network.",
)
def net_functions(config: Config, facts: Exposures) -> Verdict:
    """Judge whether a security definer function that calls pg_net is open to the Data API."""
    del config
    found = about(facts, "net_functions")
    if not found:
        return ok("none", value=0)
    return warning(
        f"open to {found[0].detail}: {listed(found)}",
        f"revoke execute on function {found[0].name} from public, anon, authenticated",
        value=len(found),
        evidence=tuple(each.name for each in found),
    )


def _more(count: int) -> str:
    return f"; {count} more" if count > 0 else ""
