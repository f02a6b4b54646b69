"""A plan as annotations of a GitHub Actions run: each change at its line of the YAML. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from supaops.plan import Document
from supaops.plan.document import ChangePart
from supaops.plan.model import Action
from supaops.report.github import annotation

_LEVEL = {Action.CONFLICT: "error", Action.DRIFT: "warning", Action.DELETE: "warning"}


def plan_annotations(document: Document) -> Iterator[str]:
    """Yield one workflow command per change; conflicts are errors, drift and hazards warnings."""
    for warning in document.warnings:
        yield annotation("warning", f"{document.environment}: the database", warning)
    for change in (*document.changes, *document.drift):
        yield annotation(
            _level(change),
            f"{document.environment}: {change.action} {change.address}",
            _told(change),
            place=change.place,
        )
    if not (document.changes or document.drift):
        told = f"{document.environment} is as declared"
        yield annotation("notice", f"{document.environment}: no changes", told)


def _level(change: ChangePart) -> str:
    return _LEVEL.get(change.action, "warning" if change.hazards else "notice")


def _told(change: ChangePart) -> str:
    return "\n".join([change.reason, *(f"hazard: {each.message}" for each in change.hazards)])
