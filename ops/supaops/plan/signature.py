"""Compare function signatures that are spelled in different ways. Pure."""

from __future__ import annotations

from functools import cache
from typing import Any

import pglast


def same_signature(one: str, other: str) -> bool:
    """Tell whether two references such as ``public.f(timestamptz)`` name the same function.

    PostgreSQL prints ``timestamp with time zone`` where a template says ``timestamptz``.
    """
    return _key(one) == _key(other)


@cache
def _key(reference: str) -> tuple[Any, ...]:
    """Return names and argument types as the grammar resolves them; it needs no database."""
    [raw] = pglast.parse_sql(f"drop function {reference}")
    statement: Any = raw.stmt  # pglast types every field as optional
    [found] = statement.objects
    names = tuple(part.sval for part in found.objname)
    return names, tuple(_type(each) for each in found.objargs or ())


def _type(node: Any) -> tuple[Any, ...]:
    names = tuple(part.sval for part in node.names)
    bare = names[1:] if len(names) > 1 and names[0] == "pg_catalog" else names
    return bare, len(node.arrayBounds or ())
