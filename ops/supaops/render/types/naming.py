"""Names for the objects within a payload's type: neither language likes them nested. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from supaops.config.model import TaskType
from supaops.render.types.schema import notes_of, type_of
from supaops.render.types.tree import (
    AnyOf,
    Anything,
    ListOf,
    Member,
    Named,
    Nothing,
    Record,
    Type,
    holds_empty_object,
)


@dataclass(frozen=True, slots=True)
class Declaration:
    """A type under a name; within it every object that has members is `Named`."""

    name: str
    type: Type
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Payload:
    """What the jobs of one task type carry.

    Attributes:
        name: of the type of a payload.
        optional: whether a job may go without one.
        declarations: the types, each after those that it names; `name` is the last.
    """

    task_type: str
    name: str
    optional: bool
    declarations: tuple[Declaration, ...]


def payloads(task_types: Mapping[str, TaskType]) -> tuple[Payload, ...]:
    """Return the payloads of all task types, by name; no two types have the same name."""
    taken: set[str] = set()
    return tuple(_payload(name, each, taken) for name, each in sorted(task_types.items()))


def _payload(task_type: str, declared: TaskType, taken: set[str]) -> Payload:
    whole = Anything() if declared.payload is None else type_of(declared.payload)
    said = declared.description.splitlines() or [f"Payload of {task_type}."]
    notes = notes_of(declared.payload or {})
    namer = _Namer(taken)
    name = namer.declare(f"{_words(task_type)}Payload", whole, (*said, *notes))
    return Payload(task_type, name, holds_empty_object(whole), tuple(namer.declarations))


class _Namer:
    """Declares a type and all that is within it; `taken` holds every name that is in use."""

    def __init__(self, taken: set[str]) -> None:
        self.declarations: list[Declaration] = []
        self._taken = taken

    def declare(self, wanted: str, whole: Type, notes: tuple[str, ...] = ()) -> str:
        """Declare a type under a name that is like the wanted one, and return that name."""
        name = self._free(wanted)
        if isinstance(whole, Record):
            inner: Type = self._record(whole, name)
        else:
            inner = self._inner(whole, f"{name}Variant" if isinstance(whole, AnyOf) else name)
        self.declarations.append(Declaration(name, inner, notes))
        return name

    def _inner(self, part: Type, hint: str) -> Type:
        match part:
            case Record(members, others) if members or isinstance(others, Nothing):
                return Named(self.declare(hint, part))
            case Record():
                return self._record(part, hint)
            case ListOf(item):
                return ListOf(self._inner(item, f"{hint}Item"))
            case AnyOf(types):
                return AnyOf(tuple(self._inner(each, hint) for each in types))
        return part

    def _record(self, record: Record, name: str) -> Record:
        members = {
            key: Member(self._inner(each.type, name + _words(key)), each.required, each.notes)
            for key, each in record.members.items()
        }
        others = record.others
        return Record(members, others and self._inner(others, f"{name}Value"))

    def _free(self, wanted: str) -> str:
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted}{number}"
        self._taken.add(name)
        return name


def _words(text: str) -> str:
    """Return a text as part of a type's name: `dry_run` and `dryRun` are ``DryRun``."""
    words = re.findall(r"[A-Za-z0-9]+", text)
    joined = "".join(word[:1].upper() + word[1:] for word in words)
    return joined if joined[:1].isalpha() else f"Of{joined}"
