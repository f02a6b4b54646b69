"""Whether a cron job is as declared, for its card. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from supaops.config.secrecy import without_secrets
from supaops.plan import Action, Change


class Field(NamedTuple):
    """A field that differs; None where a side does not exist."""

    name: str
    declared: str | None
    live: str | None


@dataclass(frozen=True, slots=True)
class Drift:
    """Whether what is live is what is declared: in a word, in a sentence, field by field."""

    level: str
    word: str
    why: str
    fields: tuple[Field, ...]


def drift_of(change: Change) -> Drift:
    """Return what a plan says of a cron job as its card tells it."""
    level, word = _WORDS[change.action]
    if change.action is Action.CREATE and change.live is None:
        level, word = "bad", "missing"
    if change.action is Action.DRIFT and change.live is None:
        word = "gone"
    return Drift(level, word, change.reason, tuple(_fields(change)))


_WORDS = {
    Action.NOOP: ("ok", "in step"),
    Action.CREATE: ("warn", "not applied"),
    Action.UPDATE: ("warn", "not applied"),
    Action.DRIFT: ("bad", "drifted"),
    Action.CONFLICT: ("bad", "conflict"),
    Action.DELETE: ("warn", "no longer declared"),
    Action.FOREIGN: ("", "foreign"),
}


def _fields(change: Change) -> Iterator[Field]:
    declared = _parts(change.desired.definition if change.desired else "")
    live = _parts(change.live.definition if change.live else "")
    if not declared or not live:
        return
    for name in declared:
        if declared[name] != live.get(name):
            yield Field(name, declared[name], live.get(name))


def _parts(definition: str) -> dict[str, str]:
    pairs = (line.split(": ", 1) for line in definition.splitlines())
    return {key: _shown(json.loads(value)) for key, value in pairs}


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return without_secrets(str(value))
