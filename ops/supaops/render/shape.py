"""The shape that a schema step gives its table, read from the step's own text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pglast import ast
from pglast.enums import ConstrType
from pglast.stream import RawStream

from supaops.render.environment import parse
from supaops.render.resource import Resource


@dataclass(frozen=True, slots=True)
class Column:
    """One column as declared; `default` is SQL text, `is_key` says identity and primary key."""

    name: str
    type: str
    default: str | None = None
    is_required: bool = False
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """A table as declared.

    Attributes:
        options: its storage parameters, as SQL text.
        indexes, comments: statements that follow the table's own.
    """

    columns: tuple[Column, ...]
    options: tuple[tuple[str, str], ...]
    indexes: tuple[str, ...]
    comments: tuple[str, ...]

    @property
    def index_names(self) -> tuple[str, ...]:
        """Return the names of its indexes, without the primary key's."""
        return tuple(parse(each, place="index")[0].stmt.idxname for each in self.indexes)


def shape(step: Resource) -> Shape:
    """Return the shape of the one table that a schema step creates."""
    statements = [(raw.stmt, _text(step.definition, raw)) for raw in _parsed(step)]
    table = next(node for node, _ in statements if isinstance(node, ast.CreateStmt))
    return Shape(
        columns=tuple(_columns(table)),
        options=tuple(_options(table)),
        indexes=tuple(text for node, text in statements if isinstance(node, ast.IndexStmt)),
        comments=tuple(text for node, text in statements if isinstance(node, ast.CommentStmt)),
    )


# pglast types every field as optional, so the nodes are `Any` from here on.
def _parsed(step: Resource) -> tuple[Any, ...]:
    return parse(step.definition, place=step.source)


def _text(script: str, raw: Any) -> str:
    return script[raw.stmt_location : raw.stmt_location + raw.stmt_len].strip()


def _columns(table: Any) -> Iterator[Column]:
    for node in table.tableElts:
        found = {each.contype: each for each in node.constraints or ()}
        default = found.get(ConstrType.CONSTR_DEFAULT)
        is_key = ConstrType.CONSTR_IDENTITY in found
        yield Column(
            node.colname,
            RawStream()(node.typeName),
            RawStream()(default.raw_expr) if default else None,
            is_key or ConstrType.CONSTR_NOTNULL in found,
            is_key,
        )


def _options(table: Any) -> Iterator[tuple[str, str]]:
    for option in table.options or ():
        yield option.defname, RawStream()(option.arg)
