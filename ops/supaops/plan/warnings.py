"""What a reader of a plan should know beside its changes. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from supaops.plan.handlers import handler_warnings
from supaops.plan.model import Action, Change, Plan
from supaops.plan.paused import is_paused
from supaops.plan.schema_version import installed_version, is_behind
from supaops.render.resource import Kind
from supaops.render.version import schema_version


def plan_warnings(plan: Plan) -> Iterator[str]:
    """Yield what an operator has paused, what an apply would log, and what nobody would run.

    First of all that it would upgrade the schema on the way.
    """
    if is_behind(plan):
        yield (
            f"this database has schema version {installed_version(plan)}, and an apply brings it "
            f"to {schema_version()}; to do that alone: supaops upgrade --env {plan.environment}"
        )
    for change in plan.changes:
        if change.desired and is_paused(change.live):
            yield (
                f"{change.address} is paused by an operator, and an apply leaves it so: "
                f"supaops resume --env {plan.environment}"
            )
    written = [change.address.partition(".")[2] for change in plan.pending if _writes_value(change)]
    if plan.logs_parameters and written:
        yield (
            "this server logs statements with their parameters, and so the values of "
            f"{', '.join(written)}: turn that off first"
        )
    yield from handler_warnings(plan)


def _writes_value(change: Change) -> bool:
    if change.kind is not Kind.VAULT_SECRET or change.action is Action.DELETE:
        return False
    return change.live is None or not change.live.facts["value_matches"]
