"""Payload types as Python; pure."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Iterable, Iterator

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

# A class body would change `__name`, and NFKC other letters than these.
_ATTRIBUTE = re.compile(r"(?!__)[A-Za-z_][A-Za-z0-9_]*")
_SCALARS = {
    "null": "None",
    "boolean": "bool",
    "integer": "int",
    "number": "int | float",  # and not float alone, which would make 3 of a payload 3.0
    "string": "str",
}


def declaration(declared: Declaration) -> str:
    """Return a TypedDict, or an alias, with its notes."""
    whole = declared.type
    if not isinstance(whole, Record) or not _names_all(whole):
        return "\n".join([*_comments(declared.notes), _alias(declared.name, whole)])
    if all(_is_attribute(name) for name in whole.members):
        return "\n".join(_class(declared, whole))
    return "\n".join([*_comments(declared.notes), *_call(declared.name, whole)])


def _names_all(record: Record) -> bool:
    """Tell whether a TypedDict can say it: it takes no key that it does not name."""
    if record.others is None:
        return bool(record.members)
    return isinstance(record.others, Nothing)


def _alias(name: str, whole: Type) -> str:
    if isinstance(whole, Record) and whole.others is not None:
        members = (each.type for each in whole.members.values())
        whole = Record({}, union([whole.others, *members]))
    return f"{name}: TypeAlias = {expression(whole)}"


def _class(declared: Declaration, record: Record) -> Iterator[str]:
    yield f"class {declared.name}(TypedDict):"
    if declared.notes:
        yield from _docstring(declared.notes)
        yield from [""] if [*_possible(record)] else []
    for name, member in _possible(record):
        yield from _comments(member.notes, "    ")
        yield f"    {name}: {_wanted(member)}"
    if not [*_possible(record)] and not declared.notes:
        yield "    pass"


def _call(name: str, record: Record) -> Iterator[str]:
    """Yield the form of a TypedDict that takes keys that are no names in Python."""
    yield f"{name} = TypedDict("
    yield f"    {text(name)},"
    yield "    {"
    for key, member in _possible(record):
        yield from _comments(member.notes, "        ")
        yield f"        {text(key)}: {_wanted(member)},"
    yield "    },"
    yield ")"


def _possible(record: Record) -> Iterator[tuple[str, Member]]:
    """Yield the properties that there can be; a TypedDict need not say what it has not."""
    return (each for each in record.members.items() if not isinstance(each[1].type, Nothing))


def _wanted(member: Member) -> str:
    shown = expression(member.type)
    return shown if member.required else f"NotRequired[{shown}]"


def expression(part: Type) -> str:
    """Return a type as it stands in another one; also a value at run time."""
    match part:
        case ListOf(item):
            return f"list[{expression(item)}]"
        case Record(_, others):
            return f"dict[str, {expression(others or Anything())}]"
        case AnyOf(types):
            return _union(types)
    return _simple(part)


def _simple(part: Type) -> str:
    match part:
        case Named(name):
            return name
        case Scalar(name):
            return _SCALARS[name]
        case Exactly():
            return _union([part])
    return "Any"  # also where there is no value: pydantic does not know Never


def _union(types: Iterable[Type]) -> str:
    """Return a union; its single values are in one Literal, but for None, which needs none."""
    values = [each.value for each in types if isinstance(each, Exactly) and each.value is not None]
    others = [each for each in types if not isinstance(each, Exactly)]
    shown = [expression(each) for each in others]
    if values:
        shown.insert(0, f"Literal[{', '.join(map(_constant, values))}]")
    if any(isinstance(each, Exactly) and each.value is None for each in types):
        shown.append("None")
    return " | ".join(dict.fromkeys(shown))


def _constant(value: object) -> str:
    return text(value) if isinstance(value, str) else repr(value)


def text(value: str) -> str:
    """Return a string literal; what has no glyph is escaped, so that nobody can hide code."""
    if value.isprintable():
        return json.dumps(value, ensure_ascii=False)
    return repr(value)


def _is_attribute(name: str) -> bool:
    return bool(_ATTRIBUTE.fullmatch(name)) and not keyword.iskeyword(name)


def _docstring(notes: tuple[str, ...]) -> Iterator[str]:
    lines = [_harmless(line).replace("\\", "\\\\").replace('"', '\\"') for line in notes]
    if len(lines) == 1:
        yield f'    """{lines[0]}"""'
        return
    yield f'    """{lines[0]}'
    yield ""
    yield from (f"    {line}".rstrip() for line in lines[1:])
    yield '    """'


def _comments(notes: tuple[str, ...], indent: str = "") -> Iterator[str]:
    return (f"{indent}# {_harmless(line)}".rstrip() for line in notes)


def _harmless(line: str) -> str:
    return (line if line.isprintable() else repr(line)[1:-1]).strip()
