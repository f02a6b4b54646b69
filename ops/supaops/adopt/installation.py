"""What an import makes beside the table: all that works unseen, and nothing called by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from supaops.adopt.survey import queue_step
from supaops.db.connect import Connection
from supaops.db.live import State
from supaops.db.write import put
from supaops.errors import Refused
from supaops.plan import Action, Change, Desired
from supaops.plan.diff import build_plan
from supaops.render.resource import Kind, Resource
from supaops.render.resources import PRIVATE_SCHEMA

_INSTALLED = (Kind.SCHEMA, Kind.TASK_TYPE, Kind.LIMIT, Kind.TRIGGER)
_PRIVATE = (Kind.FUNCTION, Kind.VIEW, Kind.GRANT)


def first_step(conn: Connection, desired: Desired, state: State) -> list[Resource]:
    """Make the tables that ownership is recorded in, when they are not there yet."""
    step = _first(desired)
    if step.address in state.recorded:
        return []
    if f"{Kind.GRANT}.{PRIVATE_SCHEMA}" in state.live:
        raise Refused(
            f"a schema {PRIVATE_SCHEMA} exists and was not made by supaops",
            hint="rename it, then run the same command again",
        )
    put(conn, step, None, {})
    return [step]


def _first(desired: Desired) -> Resource:
    steps = (each for each in desired.resources if each.kind is Kind.SCHEMA)
    return min(steps, key=lambda each: each.order)


def install(conn: Connection, desired: Desired, before: State) -> list[Resource]:
    """Make the rest of what works unseen; what people call by name is for an apply."""
    made = {_first(desired).address, queue_step(desired.config, desired.resources).address}
    wanted = [each for each in desired.resources if _is_unseen(each) and each.address not in made]
    state = replace(desired.state(conn), recorded=before.recorded)
    plan = build_plan(desired.config.environment, wanted, state)
    ours = {each.address for each in wanted}
    changes = [each for each in plan.changes if each.address in ours]
    _refuse_conflicts(changes)
    pending = [each for each in changes if each.action is not Action.NOOP]
    for change in pending:
        if change.desired:
            put(conn, change.desired, change.live, {})
    return [change.desired for change in pending if change.desired]


def _is_unseen(resource: Resource) -> bool:
    """Tell whether a resource works behind the table: no name of it is called from outside."""
    is_private = resource.name == PRIVATE_SCHEMA or resource.name.startswith(f"{PRIVATE_SCHEMA}.")
    return resource.kind in _INSTALLED or (resource.kind in _PRIVATE and is_private)


def _refuse_conflicts(changes: Iterable[Change]) -> None:
    conflicts = [each for each in changes if each.action is Action.CONFLICT]
    if conflicts:
        reasons = "; ".join(f"{each.address} {each.reason}" for each in conflicts)
        raise Refused(
            f"{reasons}; nothing was changed",
            hint="rename or drop what has the name of something of ours",
        )
