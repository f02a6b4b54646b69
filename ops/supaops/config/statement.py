"""The SQL of a cron job: one statement, and the Vault secrets that it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pglast
from pglast import ast
from pglast.visitors import Visitor

from supaops.config.names import text
from supaops.config.problem import Complaint

# Unquoted names may be in any case, and U&"..." may spell one by code points.
_MAY_NAME_VAULT = re.compile(r"vault|U&\"", re.IGNORECASE)
# Source: PreparableStmt in PostgreSQL's src/backend/parser/gram.y.
_PLANNABLE = (ast.SelectStmt, ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt)
_VAULT = frozenset({("vault", "decrypted_secrets"), ("vault", "secrets")})


def check_statement(sql: str) -> str:
    """Return `sql` when PostgreSQL's own grammar reads it as exactly one statement.

    Raises: Complaint with the line of the fault; never with a piece of the statement.
    """
    text(sql)
    try:
        statements = pglast.split(sql, with_parser=True)  # the grammar, without Python's tree
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


def plannable(command: str) -> list[str]:
    """Return those statements of a valid command that PostgreSQL can plan without running them."""
    texts = pglast.split(command, with_parser=True)
    trees = pglast.parse_sql(command)
    pairs = zip(texts, trees, strict=True)
    return [str(text) for text, tree in pairs if isinstance(tree.stmt, _PLANNABLE)]


def vault_names(sql: str) -> list[str]:
    """Return the names of Vault secrets that a valid statement selects by a literal, in order."""
    finder = _VaultReader()
    if _MAY_NAME_VAULT.search(sql):
        finder(pglast.parse_sql(sql))
    return finder.names


class _VaultReader(Visitor):
    """Collect the literals compared with `name` in each select from the Vault."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def visit_SelectStmt(self, _ancestors: Any, node: ast.SelectStmt) -> None:  # noqa: N802  pglast's protocol
        aliases = {alias for source in node.fromClause or () for alias in _vault_aliases(source)}
        if aliases:
            self.names += _compared(node.whereClause, aliases)


def _vault_aliases(source: Any) -> Iterator[str]:
    """Yield the names under which a from-item makes Vault's columns visible."""
    if isinstance(source, ast.JoinExpr):
        yield from _vault_aliases(source.larg)
        yield from _vault_aliases(source.rarg)
    elif isinstance(source, ast.RangeVar) and (source.schemaname, source.relname) in _VAULT:
        yield str(source.alias.aliasname if source.alias else source.relname)


def _compared(condition: Any, aliases: set[str]) -> Iterator[str]:
    """Yield the literals on the other side of each `name =` and `name in`."""
    pending = [condition]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.BoolExpr):
            pending += reversed(node.args or ())
        elif isinstance(node, ast.A_Expr) and _last(node.name) == "=":
            sides = (node.lexpr, node.rexpr)
            if any(_is_secret_name(side, aliases) for side in sides):
                yield from (text for side in sides for text in _literals(side))


def _last(parts: tuple[Any, ...] | None) -> str | None:
    return getattr((parts or (None,))[-1], "sval", None)


def _is_secret_name(node: Any, aliases: set[str]) -> bool:
    if not isinstance(node, ast.ColumnRef) or _last(node.fields) != "name":
        return False
    qualifier = (node.fields or ())[:-1]
    return not qualifier or _last(qualifier) in aliases


def _literals(node: Any) -> Iterator[str]:
    if isinstance(node, ast.TypeCast):
        yield from _literals(node.arg)
    elif isinstance(node, tuple):
        yield from (text for item in node for text in _literals(item))
    elif isinstance(node, ast.A_Const) and isinstance(node.val, ast.String):
        yield str(node.val.sval)
