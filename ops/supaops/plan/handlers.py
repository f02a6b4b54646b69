"""Whether somebody is there to run what is declared: handlers are deployed before jobs. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from supaops.db.workers import handled_types
from supaops.plan.model import Action, Change, Plan
from supaops.render.resource import Kind
from supaops.render.resources import SMOKE_TASK_TYPE

_MAX_LISTED = 5


def handler_warnings(plan: Plan) -> Iterator[str]:
    """Yield a sentence when a declared task type has no handler in any registered worker.

    Nothing is said as long as a worker does not tell which handlers it has.
    """
    handled = handled_types(plan.workers)
    if handled is None:
        return
    lacking = [change for change in plan.changes if _is_unhandled(change, handled)]
    if lacking:
        yield (
            f"no registered worker has a handler for {_listed([*map(_named, lacking)])}: "
            "their jobs would fail, so deploy the worker before anything enqueues them "
            f"(registered: {_listed([each.title for each in plan.workers])})"
        )


def _is_unhandled(change: Change, handled: frozenset[str]) -> bool:
    if change.kind is not Kind.TASK_TYPE or change.desired is None:
        return False
    return change.desired.name not in {*handled, SMOKE_TASK_TYPE}


def _named(change: Change) -> str:
    name = change.address.partition(".")[2]
    return f"{name} (new)" if change.action is Action.CREATE else name


def _listed(names: Sequence[str]) -> str:
    left = len(names) - _MAX_LISTED
    return ", ".join(names[:_MAX_LISTED]) + (f" and {left} more" if left > 0 else "")
