"""What an operator has paused, as it will be after the resume: so no plan undoes a pause. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from supaops.db.live import PAUSED, LiveObject, State, secret_definition
from supaops.render.resource import Kind, Resource


def is_paused(live: LiveObject | None) -> bool:
    """Tell whether an operator has stopped this cron job, or put a dummy in this secret's place."""
    return live is not None and bool(live.facts.get(PAUSED))


def as_resumed(state: State, resources: Iterable[Resource]) -> State:
    """Return a state in which what is paused is as declared: active, with the declared value."""
    paused = {address: each for address, each in state.live.items() if is_paused(each)}
    declared = {each.address: each for each in resources if each.address in paused}
    resumed = {
        address: _as_resumed(paused[address], each, state) for address, each in declared.items()
    }
    return replace(state, live={**state.live, **resumed}) if resumed else state


def _as_resumed(live: LiveObject, declared: Resource, state: State) -> LiveObject:
    if live.kind is Kind.CRON_JOB:
        head, key, _ = live.definition.rpartition("active: ")
        active = json.dumps(declared.spec["active"])
        return replace(live, definition=f"{head}{key}{active}")
    if live.name not in state.secret_digests:
        return live
    description = json.loads(live.definition.partition("description: ")[2].splitlines()[0])
    value_digest = state.secret_digests[live.name]
    definition = secret_definition(description, value_digest)
    return replace(live, definition=definition, facts={**live.facts, "value_matches": True})
