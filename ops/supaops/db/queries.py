"""Named queries: `db/sql/<file>.sql` holds blocks that start with ``-- name: <query>``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, LiteralString

if TYPE_CHECKING:
    from supaops.render.quoting import Sql

_NAME = re.compile(r"^-- name: (\w+)[^\n]*\n", re.MULTILINE)
_PLACEHOLDER = re.compile(r"%\((\w+)\)s|%%")


@cache
def _blocks(file: str) -> dict[str, LiteralString]:
    text: LiteralString = (files("supaops.db") / "sql" / f"{file}.sql").read_text(encoding="utf-8")
    parts = _NAME.split(text)[1:]
    return dict(zip(parts[::2], (body.strip() for body in parts[1::2]), strict=True))


def query(name: str) -> LiteralString:
    """Return the text of ``<file>.<query>``.

    Args:    name: such as ``live.functions`` for the block `functions` of `sql/live.sql`.
    Raises:  KeyError when there is no such block: a defect of supaops, not of its user.
    """
    file, _, block = name.partition(".")
    return _blocks(file)[block]


def by_column(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return rows as a list per column: parameters of a query that unnests them."""
    return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}


def bound(name: str, /, **values: Any) -> Sql:
    """Return a query as plain SQL without its last semicolon, for a text without parameters.

    Args:    values: by placeholder; an `Sql` stands as it is, anything else becomes a literal.
    Raises:  KeyError for a query or a value that is not there; RenderError for a secret.
    """
    # Here, because few queries are written so, and it comes with the model of the YAML.
    from supaops.render.quoting import Sql, literal  # noqa: PLC0415

    def written(found: re.Match[str]) -> str:
        return literal(values[found[1]]) if found[1] else "%"

    return Sql(_PLACEHOLDER.sub(written, query(name)).rstrip(";"))
