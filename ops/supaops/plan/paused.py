"""What an operator has paused, as it will be after the resume: so no plan undoes a pause. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from supaops.db.live import PAUSED, LiveObject, State
from supaops.plan.diff import complete
from supaops.render.resource import Kind, Resource, canonical


def is_paused(live: LiveObject | None) -> bool:
    """Tell whether an operator has stopped this cron job, or put a dummy in this secret's place."""
    return live is not None and bool(live.facts.get(PAUSED))


def as_resumed(state: State, resources: Iterable[Resource]) -> State:
    """Return a state in which what is paused is active, or has its value, as it will be again."""
    paused = {address: each for address, each in state.live.items() if is_paused(each)}
    resumed = {
        each.address: _as_resumed(paused[each.address], complete(each, state), state)
        for each in resources
        if each.address in paused
    }
    return replace(state, live={**state.live, **resumed}) if resumed else state


def _as_resumed(live: LiveObject, declared: Resource, state: State) -> LiveObject:
    """Return what is live with that one field of it which the pause has changed put back.

    It is as recorded, so that a change of the config is one; and as declared once the rest of it
    is, which is what an apply has to see after its own work.
    """
    recorded = state.recorded.get(live.address)
    key = _CHANGED[live.kind]
    if live.kind is Kind.VAULT_SECRET and live.name not in state.secret_digests:
        return live
    fields, wanted = _fields(live.definition), _fields(declared.definition)
    done = all(fields[name] == wanted[name] for name in fields if name != key)
    side = wanted if done or recorded is None else _fields(recorded.live_definition)
    definition = canonical({**fields, key: side[key]})
    return replace(live, definition=definition, facts={**live.facts, "value_matches": True})


_CHANGED = {Kind.CRON_JOB: "active", Kind.VAULT_SECRET: "value_digest"}


def _fields(definition: str) -> dict[str, Any]:
    pairs = (line.split(": ", 1) for line in definition.split("\n"))
    return {key: json.loads(value) for key, value in pairs}
