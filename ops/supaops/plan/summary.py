"""A plan in one line. Pure."""

from __future__ import annotations

from supaops.plan.model import Action, Plan


def summary(plan: Plan) -> str:
    """Return one line such as ``3 to create, 1 to update, 0 to delete, 2 drifted``.

    Conflicts and foreign objects are named only where there are any.
    """
    counts = plan.counts
    parts = [f"{counts[action]} to {action}" for action in (Action.CREATE, Action.UPDATE)]
    parts.append(f"{counts[Action.DELETE]} to delete")
    parts.append(f"{counts[Action.DRIFT]} drifted")
    if counts[Action.CONFLICT]:
        parts.append(f"{counts[Action.CONFLICT]} in conflict")
    if counts[Action.FOREIGN]:
        parts.append(f"{counts[Action.FOREIGN]} foreign")
    return ", ".join(parts)
