"""Payload types as TypeScript; pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from supaops.render.types.naming import Declaration
from supaops.render.types.tree import (
    AnyOf,
    Anything,
    Exactly,
    ListOf,
    Member,
    Named,
    Nothing,
    Record,
    Scalar,
    Type,
    union,
)

_BARE = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


def declaration(declared: Declaration) -> str:
    """Return an exported type with its notes."""
    return "\n".join([*_comment(declared.notes), *_type_lines(declared)])


def _type_lines(declared: Declaration) -> Iterator[str]:
    whole = declared.type
    if not isinstance(whole, Record) or not whole.members:
        yield f"export type {declared.name} = {expression(whole)};"
        return
    # No interface: an object of one has no index signature, so no record would take it.
    yield f"export type {declared.name} = {{"
    for name, member in whole.members.items():
        yield from _comment(member.notes, "  ")
        yield f"  {_key(name)}{'' if member.required else '?'}: {expression(member.type)};"
    if not isinstance(whole.others, Nothing):
        yield f"  [key: string]: {_index(whole)};"
    yield "};"


def expression(part: Type) -> str:
    """Return a type as it stands in another one."""
    match part:
        case ListOf(item):
            inner = expression(item)
            return f"({inner})[]" if "|" in inner else f"{inner}[]"
        case Record(_, others):
            return _map(others)
        case AnyOf(types):
            return " | ".join(dict.fromkeys(map(expression, types)))
    return _simple(part)


def _simple(part: Type) -> str:
    match part:
        case Named(name):
            return name
        case Scalar(name):
            return "number" if name == "integer" else name
        case Exactly(value):
            return text(value) if isinstance(value, str) else json.dumps(value)
        case Nothing():
            return "never"
    return "unknown"


def _map(others: Type | None) -> str:
    if isinstance(others, Nothing):
        return "Record<string, never>"
    return f"{{ [key: string]: {expression(others or Anything())} }}"


def _index(record: Record) -> str:
    """Return what any property may be: an index signature speaks of the declared ones as well."""
    members = record.members.values()
    every = union([record.others or Anything(), *(each.type for each in members)])
    if isinstance(every, Anything) or not any(map(_may_lack, members)):
        return expression(every)
    return f"{expression(every)} | undefined"


def _may_lack(member: Member) -> bool:
    return not member.required


def text(value: str) -> str:
    """Return a string literal; what has no glyph is escaped, so that nobody can hide code."""
    return json.dumps(value, ensure_ascii=not value.isprintable())


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else text(name)


def _comment(notes: tuple[str, ...], indent: str = "") -> Iterator[str]:
    lines = [_harmless(line) for line in notes]
    if len(lines) == 1:
        yield f"{indent}/** {lines[0]} */"
    elif lines:
        yield f"{indent}/**"
        yield from (f"{indent} * {line}".rstrip() for line in lines)
        yield f"{indent} */"


def _harmless(line: str) -> str:
    shown = line if line.isprintable() else text(line)[1:-1]
    return shown.replace("*/", "*\\/").strip()
