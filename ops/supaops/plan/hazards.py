"""What a change may break although it is as intended. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from supaops.plan.model import QUIET, Action, Change
from supaops.plan.signature import same_signature
from supaops.render.resource import Kind


@dataclass(frozen=True, slots=True)
class Hazard:
    """One consequence to think of before an apply.

    Attributes:
        code: stable, for programs; `CODES` lists them.
        message: one clause that names what stops working, and what to do instead if anything.
    """

    code: str
    message: str


CODES = (
    "drops-function",
    "drops-signature",
    "drops-trigger",
    "drops-view",
    "changes-secret",
    "deletes-secret",
    "lifts-limit",
    "removes-task-type",
    "runs-schema-step",
    "stops-schedule",
)


def hazards(change: Change, *, is_first: bool = False) -> tuple[Hazard, ...]:
    """Return the hazards of one change, none for most.

    Args:    is_first: whether nothing was applied yet, so that no table holds anything.
    """
    if change.action in QUIET or (is_first and change.kind is Kind.SCHEMA):
        return ()
    return tuple(Hazard(code, message) for code, message in _hazards(change))


def _hazards(change: Change) -> Iterator[tuple[str, str]]:
    if change.action is Action.DELETE:
        yield from _deletion(change)
        return
    match change.kind:
        case Kind.FUNCTION:
            yield from _dropped_signatures(change)
        case Kind.CRON_JOB if _stops(change):
            yield "stops-schedule", "is active now and will not run any more"
        case Kind.VAULT_SECRET if _changes_value(change):
            name = change.address.partition(".")[2]
            remedy = f"`supaops rotate {name}` lets both work for a while"
            yield "changes-secret", f"whoever still uses the old value is refused; {remedy}"
        case Kind.SCHEMA if change.action is Action.CREATE:
            yield "runs-schema-step", "changes tables for good; it is never rolled back"


def _deletion(change: Change) -> Iterator[tuple[str, str]]:
    told = {
        Kind.FUNCTION: ("drops-function", "whoever calls it fails"),
        Kind.VIEW: ("drops-view", "whoever reads it fails"),
        Kind.TRIGGER: ("drops-trigger", "what it kept right is no longer kept"),
        Kind.CRON_JOB: ("stops-schedule", "will not run any more, and its history is orphaned"),
        Kind.TASK_TYPE: ("removes-task-type", "enqueue refuses it; jobs that wait stay"),
        Kind.LIMIT: ("lifts-limit", "its jobs are no longer limited"),
        Kind.VAULT_SECRET: ("deletes-secret", "its value is gone from Vault for good"),
    }
    if change.kind in told:
        yield told[change.kind]


def _dropped_signatures(change: Change) -> Iterator[tuple[str, str]]:
    if change.live is None or change.desired is None:
        return
    declared = change.desired.spec["reference"]
    for signature in change.live.facts["signatures"]:
        if not same_signature(signature, declared):
            yield "drops-signature", f"drops {signature}; whoever calls it so fails"


def _changes_value(change: Change) -> bool:
    """Tell whether a value that works now is replaced; one that cannot be decrypted works not."""
    if change.live is None:
        return False
    return bool(change.live.facts["decrypts"]) and not change.live.facts["value_matches"]


def _stops(change: Change) -> bool:
    if change.live is None or change.desired is None:
        return False
    was_active = json.loads(change.live.definition.rpartition("active: ")[2])
    return bool(was_active) and not change.desired.spec["active"]
