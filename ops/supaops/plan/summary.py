"""A plan in one line, and as plain data."""

from __future__ import annotations

from typing import Any

from supaops.plan.describe import difference
from supaops.plan.model import Action, Plan

FORMAT_VERSION = "1.0"


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


def as_json(plan: Plan) -> dict[str, Any]:
    """Return the plan as JSON-able data without any secret.

    `format_version` follows semantic versioning: a new key raises the minor number.
    """
    return {
        "format_version": FORMAT_VERSION,
        "environment": plan.environment,
        "database": plan.database,
        "role": plan.role,
        "fingerprint": plan.fingerprint,
        "summary": {str(action): count for action, count in plan.counts.items()},
        "changes": [
            {
                "address": change.address,
                "kind": str(change.kind),
                "action": str(change.action),
                "reason": change.reason,
                "source": change.desired.source if change.desired else None,
                "diff": difference(change) if change.action is not Action.FOREIGN else [],
            }
            for change in plan.changes
            if change.action is not Action.NOOP
        ],
    }
