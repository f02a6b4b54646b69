"""The SQL of a cron job: one statement, and the Vault secrets that it reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pglast
from pglast import ast
from pglast.visitors import Visitor

from supaops.config.names import text
from supaops.config.problem import Complaint

_VAULT = frozenset({"decrypted_secrets", "secrets"})


def check_statement(sql: str) -> str:
    """Return `sql` when PostgreSQL's own grammar reads it as exactly one statement.

    Raises: Complaint with the line of the fault; never with a piece of the statement.
    """
    text(sql)
    try:
        statements = pglast.parse_sql(sql)
    except pglast.parser.ParseError as error:
        offset = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], int) else 0
        line = sql.count("\n", 0, offset) + 1
        column = offset - sql.rfind("\n", 0, offset)
        raise Complaint(
            f"expected one SQL statement, but line {line}, column {column} of it is a syntax error",
            hint="try the statement in psql",
            reveal=False,
        ) from error
    if len(statements) != 1:
        raise Complaint(
            f"expected one SQL statement, found {len(statements)}",
            hint="put several statements into a function and call it",
            reveal=False,
        )
    return sql


def vault_names(sql: str) -> list[str]:
    """Return the names of Vault secrets that a valid statement selects by a literal, in order."""
    finder = _VaultReader()
    finder(pglast.parse_sql(sql))
    return finder.names


class _VaultReader(Visitor):
    """Collect the literals compared with `name` in each select from the Vault."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def visit_SelectStmt(self, _ancestors: Any, node: ast.SelectStmt) -> None:  # noqa: N802  pglast's protocol
        if any(_is_vault(source) for source in node.fromClause or ()):
            self.names += _compared(node.whereClause)


def _is_vault(source: Any) -> bool:
    if isinstance(source, ast.JoinExpr):
        return _is_vault(source.larg) or _is_vault(source.rarg)
    return (
        isinstance(source, ast.RangeVar)
        and source.schemaname == "vault"
        and source.relname in _VAULT
    )


def _compared(condition: Any) -> Iterator[str]:
    if isinstance(condition, ast.BoolExpr):
        for part in condition.args or ():
            yield from _compared(part)
    elif isinstance(condition, ast.A_Expr) and _operator(condition) == "=":
        sides = (condition.lexpr, condition.rexpr)
        if any(_is_name_column(side) for side in sides):
            for side in sides:
                yield from _literals(side)


def _operator(condition: ast.A_Expr) -> str | None:
    return getattr((condition.name or (None,))[-1], "sval", None)


def _is_name_column(node: Any) -> bool:
    fields = node.fields if isinstance(node, ast.ColumnRef) else None
    return getattr((fields or (None,))[-1], "sval", None) == "name"


def _literals(node: Any) -> Iterator[str]:
    if isinstance(node, ast.TypeCast):
        yield from _literals(node.arg)
    elif isinstance(node, tuple):
        for item in node:
            yield from _literals(item)
    elif isinstance(node, ast.A_Const) and isinstance(node.val, ast.String):
        yield str(node.val.sval)
