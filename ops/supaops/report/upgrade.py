"""What an upgrade changes, as text and as JSON. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from rich.text import Text

from supaops import __version__
from supaops.plan import Action, Plan, hazards
from supaops.plan.schema_version import installed_version
from supaops.render.resource import Kind
from supaops.render.resources import PRIVATE_SCHEMA
from supaops.render.version import schema_version

FORMAT_VERSION = "1.0"

_MARKS = {
    Action.CREATE: ("+", "made", "green"),
    Action.UPDATE: ("~", "replaced", "yellow"),
    Action.DELETE: ("-", "removed", "red"),
    Action.DRIFT: ("!", "put back: changed outside supaops", "magenta"),
    Action.CONFLICT: ("x", "in conflict: changed outside supaops, and by this version", "bold red"),
}


def upgrade_lines(plan: Plan) -> Iterator[Text]:
    """Yield from which version to which, each step, how much else is replaced, and the hazards."""
    before, after = installed_version(plan), schema_version()
    if not plan.pending:
        yield Text(f"Schema version {before}: up to date with version {__version__}.", "green")
        return
    moved = f"{before} -> {after}" if before < after else f"{before}, with differences"
    yield Text(f"Schema version {moved}, for version {__version__}:", "bold")
    for address in _steps(plan):
        yield Text(f"  + {address}", "green")
    for (kind, action), count in _others(plan).items():
        mark, told, style = _MARKS[action]
        yield Text(f"  {mark} {count} {kind if count == 1 else f'{kind}s'} {told}", style)
    yield from _hazard_lines(plan)
    yield Text("Jobs, cron jobs, secrets and what the YAML declares stay as they are.", "dim")


def _hazard_lines(plan: Plan) -> Iterator[Text]:
    """Yield what a caller may miss afterwards; only supaops itself calls what is private."""
    for change in plan.pending:
        if change.kind is not Kind.SCHEMA and f".{PRIVATE_SCHEMA}." not in change.address:
            for hazard in hazards(change):
                yield Text(f"  hazard: {hazard.message}", "bold yellow")


def upgraded_line(changes: int, revision_id: int | None) -> Text:
    """Return what was done."""
    if revision_id is None:
        return Text("Nothing was left to do: somebody else came first.", "green")
    told = f"Schema version {schema_version()}: {changes} changes as revision {revision_id}."
    return Text(f"Upgraded. {told}", "green")


def upgrade_json(plan: Plan, revision_id: int | None) -> dict[str, Any]:
    """Return an upgrade, due or done, as JSON-able data.

    Args:    revision_id: of what was applied; None when nothing was.
    """
    return {
        "format_version": FORMAT_VERSION,
        "tool_version": __version__,
        "environment": plan.environment,
        "schema_version": {"from": installed_version(plan), "to": schema_version()},
        "is_due": bool(plan.pending),
        "revision": revision_id,
        "steps": [each.partition(".")[2] for each in _steps(plan)],
        "summary": {str(action): plan.counts[action] for action in _MARKS},
        "changes": [
            {"address": each.address, "action": each.action, "reason": each.reason}
            for each in plan.pending
        ],
    }


def _steps(plan: Plan) -> list[str]:
    return [each.address for each in plan.of(Action.CREATE) if each.kind is Kind.SCHEMA]


def _others(plan: Plan) -> Counter[tuple[Kind, Action]]:
    """Return how many changes there are of each kind beside the steps.

    A grant that is new or replaced follows its object, and is left out.
    """
    follows = (Action.CREATE, Action.UPDATE, Action.DELETE)
    return Counter(
        (each.kind, each.action)
        for each in plan.pending
        if each.kind is not Kind.SCHEMA and not (each.kind is Kind.GRANT and each.action in follows)
    )
