"""What a rendered SQL text creates, read from its parse tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pglast import ast
from pglast.enums import ConstrType, FunctionParameterMode
from pglast.stream import RawStream

from supaops.render.environment import parse
from supaops.render.quoting import identifier

_INPUT_MODES = frozenset(
    {
        FunctionParameterMode.FUNC_PARAM_IN,
        FunctionParameterMode.FUNC_PARAM_INOUT,
        FunctionParameterMode.FUNC_PARAM_VARIADIC,
        FunctionParameterMode.FUNC_PARAM_DEFAULT,
    }
)


@dataclass(frozen=True, slots=True)
class SqlObject:
    """One created object.

    Attributes:
        type: ``function``, ``view``, ``trigger``, ``table`` or ``schema``.
        schema, name: unquoted; a trigger's are ``<table's schema>`` and ``<table>.<trigger>``,
            a schema has no name beside its own.
        reference: quoted text that names it in a statement; a function's has its argument types.
        sequences: quoted names of the identity sequences of a table.
    """

    type: str
    schema: str
    name: str
    reference: str
    sequences: tuple[str, ...] = ()

    @property
    def qualified(self) -> str:
        """Return ``schema.name``, unquoted."""
        return f"{self.schema}.{self.name}" if self.name else self.schema


def created_objects(text: str, *, place: str) -> list[SqlObject]:
    """Return what `text` creates, in order: functions, views, triggers, tables and schemas."""
    return [found for raw in parse(text, place=place) for found in _objects(raw.stmt)]


def granted(text: str, *, place: str) -> list[str]:
    """Return what `text` grants, each as ``role: privilege``, the way live grants are spelled."""
    statements: list[Any] = [raw.stmt for raw in parse(text, place=place)]
    return [
        f"{role.rolename}: {privilege.priv_name}"
        for statement in statements
        if isinstance(statement, ast.GrantStmt) and statement.is_grant
        for role in statement.grantees or ()
        for privilege in statement.privileges or ()
    ]


def _objects(node: Any) -> Iterator[SqlObject]:
    match node:
        case ast.CreateFunctionStmt():
            yield _function(node)
        case ast.ViewStmt():
            yield _relation("view", node.view)
        case ast.CreateStmt():
            yield _relation("table", node.relation, _identity_sequences(node))
        case ast.CreateTrigStmt():
            yield _trigger(node)
        case ast.CreateSchemaStmt():
            yield _schema(node)


# pglast types every field as optional, so the nodes are `Any` from here on.
def _function(node: Any) -> SqlObject:
    schema, name = (part.sval for part in node.funcname)
    types = ", ".join(
        RawStream()(parameter.argType)
        for parameter in node.parameters or ()
        if parameter.mode in _INPUT_MODES
    )
    return SqlObject("function", schema, name, f"{_quoted(schema, name)}({types})")


def _relation(kind: str, relation: Any, sequences: tuple[str, ...] = ()) -> SqlObject:
    schema, name = relation.schemaname, relation.relname
    return SqlObject(kind, schema, name, _quoted(schema, name), sequences)


def _trigger(node: Any) -> SqlObject:
    table = node.relation
    return SqlObject(
        "trigger",
        table.schemaname,
        f"{table.relname}.{node.trigname}",
        f"{identifier(node.trigname)} on {_quoted(table.schemaname, table.relname)}",
    )


def _schema(node: Any) -> SqlObject:
    return SqlObject("schema", node.schemaname, "", identifier(node.schemaname))


def _identity_sequences(node: Any) -> tuple[str, ...]:
    table = node.relation
    columns = (item for item in node.tableElts or () if isinstance(item, ast.ColumnDef))
    return tuple(
        _quoted(table.schemaname, f"{table.relname}_{column.colname}_seq")
        for column in columns
        if any(each.contype == ConstrType.CONSTR_IDENTITY for each in column.constraints or ())
    )


def _quoted(schema: str, name: str) -> str:
    return f"{identifier(schema)}.{identifier(name)}"
