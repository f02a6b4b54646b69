"""Types as TypeScript and Python both know them, and what two of them have in common. Pure.

A type here holds every value that its schema accepts, and often more: neither language knows
patterns, bounds or `not`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

ScalarName = Literal["null", "boolean", "integer", "number", "string"]
Constant: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Anything:
    """Every JSON value."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No value at all."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """One of JSON's simple types; `integer` is a part of `number`."""

    name: ScalarName


@dataclass(frozen=True, slots=True)
class Exactly:
    """One simple value."""

    value: Constant

    @property
    def scalar(self) -> ScalarName:
        """Return the narrowest simple type that holds the value."""
        return _scalar_of(self.value)

    @property
    def identity(self) -> tuple[str, Constant]:
        """Return what tells it from others: Python thinks that 1 is True."""
        return self.scalar, self.value


@dataclass(frozen=True, slots=True)
class ListOf:
    """An array."""

    item: Type


@dataclass(frozen=True, slots=True)
class Member:
    """A declared property of an object; `notes` are lines for whoever reads the type."""

    type: Type
    required: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """An object.

    Attributes:
        others: of the properties that are not declared; None where the schema is silent, which
            lets every one pass.
    """

    members: Mapping[str, Member] = field(default_factory=dict)
    others: Type | None = None

    def member(self, name: str) -> Member:
        """Return what is known of a property, declared or not."""
        return self.members.get(name) or Member(self.others or Anything())


@dataclass(frozen=True, slots=True)
class AnyOf:
    """A value of one of these types; made by `union`, which leaves out what is twice there."""

    types: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A type that stands elsewhere under this name."""

    name: str


Type: TypeAlias = Anything | Nothing | Scalar | Exactly | ListOf | Record | AnyOf | Named

_MOST_PARTS = 50
"""Of a union; more would help nobody who reads it."""


def union(types: Iterable[Type]) -> Type:
    """Return the type that holds every value of each of `types`, in their order."""
    flat = [part for each in types for part in _parts(each)]
    kept = [each for each in _distinct(flat) if not _is_within(each, flat)]
    if any(isinstance(each, Anything) for each in kept):
        return Anything()
    if not kept:
        return Nothing()
    return kept[0] if len(kept) == 1 else AnyOf(tuple(kept))


def intersection(types: Iterable[Type]) -> Type:
    """Return a type that holds every value that is in all of `types`."""
    whole: Type = Anything()
    for each in types:
        whole = meet(whole, each)
    return whole


def holds_empty_object(whole: Type) -> bool:
    """Tell whether an object without properties is a value of this type."""
    match whole:
        case Anything():
            return True
        case Record(members):
            return not any(each.required for each in members.values())
        case AnyOf(types):
            return any(map(holds_empty_object, types))
    return False


def meet(one: Type, two: Type) -> Type:
    """Return a type that holds every value that is in both."""
    match one, two:
        case (Anything(), other) | (other, Anything()):
            return other
        case (AnyOf(), _) | (_, AnyOf()):
            return _meet_unions(_parts(one), _parts(two))
        case ListOf(), ListOf():
            return ListOf(meet(one.item, two.item))
        case Record(), Record():
            return _meet_records(one, two)
        case ((Scalar() | Exactly()), (Scalar() | Exactly())):
            return _meet_simple(one, two)
    return Nothing()


def _meet_unions(ones: tuple[Type, ...], twos: tuple[Type, ...]) -> Type:
    if len(ones) * len(twos) > _MOST_PARTS:
        return union(ones if len(ones) < len(twos) else twos)
    return union(meet(one, two) for one in ones for two in twos)


def _meet_simple(one: Scalar | Exactly, two: Scalar | Exactly) -> Type:
    if isinstance(one, Exactly) and isinstance(two, Exactly):
        return one if one.identity == two.identity else Nothing()
    if isinstance(two, Exactly) or _is_narrower(two, one):
        one, two = two, one
    return one if one == two or _is_narrower(one, two) else Nothing()


def _is_narrower(one: Type, two: Type) -> bool:
    """Tell whether a simple type or value lies within another simple type."""
    if not isinstance(two, Scalar) or not isinstance(one, Scalar | Exactly):
        return False
    name = one.name if isinstance(one, Scalar) else one.scalar
    within = two.name == name or (two.name, name) == ("number", "integer")
    return within and one != two


def _meet_records(one: Record, two: Record) -> Type:
    names = [*one.members, *(name for name in two.members if name not in one.members)]
    others = two.others if one.others is None else one.others
    if one.others is not None and two.others is not None:
        others = meet(one.others, two.others)
    members = {name: _meet_members(one.member(name), two.member(name)) for name in names}
    if any(each.required and isinstance(each.type, Nothing) for each in members.values()):
        return Nothing()
    return Record(members, others)


def _meet_members(one: Member, two: Member) -> Member:
    notes = tuple(dict.fromkeys([*one.notes, *two.notes]))
    return Member(meet(one.type, two.type), one.required or two.required, notes)


def _parts(whole: Type) -> tuple[Type, ...]:
    match whole:
        case AnyOf(types):
            return types
        case Nothing():
            return ()
    return (whole,)


def _distinct(types: list[Type]) -> list[Type]:
    """Return each type once; 1 and true are two, whatever Python thinks of them."""
    seen: list[Type] = []
    for each in types:
        if not any(_is_same(each, other) for other in seen):
            seen.append(each)
    return seen


def _is_same(one: Type, two: Type) -> bool:
    return repr(one) == repr(two)


def _is_within(one: Type, others: list[Type]) -> bool:
    return any(_is_narrower(one, other) for other in others)


def _scalar_of(value: Constant) -> ScalarName:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    return "integer" if float(value).is_integer() else "number"
