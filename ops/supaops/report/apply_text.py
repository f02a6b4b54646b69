"""What an apply did, as text for people."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from supaops.apply import Applied
from supaops.plan import Action, Decisions, Plan


def planned(plan: Plan, decisions: Decisions) -> str:
    """Return how much an apply would change, such as ``3 changes``; empty for nothing."""
    kept = 0 if decisions.prune else plan.counts[Action.DELETE]
    return _changes(len(plan.pending) - kept)


def applied_lines(plan: Plan, applied: Applied) -> Iterator[Text]:
    """Yield what was done, and what was left although it is no longer declared."""
    if applied.revision_id is not None:
        changes = _changes(len(applied.changes))
        yield Text(f"Applied {changes} as revision {applied.revision_id}.", "green")
    kept = plan.of(Action.DELETE)
    if applied.revision_id is None and len(plan.pending) > len(kept):
        yield Text("Nothing was left to do: another apply came first.", "green")
    if kept and not any(change.action is Action.DELETE for change in applied.changes):
        yield Text(
            f"{len(kept)} no longer declared; `supaops apply --prune` deletes them.", "yellow"
        )


def rollback_lines(plan: Plan) -> Iterator[Text]:
    """Yield what remains to be done after a rollback: the config still says otherwise."""
    if plan.pending:
        told = "The config still says otherwise: put it back too, or the next apply undoes this."
        yield Text(told, "yellow")


def _changes(count: int) -> str:
    return {0: "", 1: "1 change"}.get(count, f"{count} changes")
