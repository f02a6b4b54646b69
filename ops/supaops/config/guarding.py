"""How a cron job's statement can be kept from running in a copy of the database."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any

import pglast
from pglast import ast
from pglast.enums import AlterTableType, ReindexObjectType


class Guarding(StrEnum):
    """What goes around a statement.

    before: a statement that checks, in one transaction with it. block: a DO block that checks
    first, since a procedure may commit, which it may not beside another statement. bare: nothing,
    for it runs in no transaction and does nothing beyond the server that it runs on. impossible:
    it runs in no transaction, and what it does reaches further.
    """

    BEFORE = "before"
    BLOCK = "block"
    BARE = "bare"
    IMPOSSIBLE = "impossible"


UNGUARDABLE = "cannot be kept from running in a copy of the database"

# Source: the calls of PreventInTransactionBlock() in PostgreSQL 18's src/backend.
_ELSEWHERE = (
    ast.CreateSubscriptionStmt,
    ast.AlterSubscriptionStmt,
    ast.DropSubscriptionStmt,
    ast.TransactionStmt,
)
_ALONE = (
    ast.AlterSystemStmt,
    ast.ClusterStmt,
    ast.CreatedbStmt,
    ast.CreateTableSpaceStmt,
    ast.DiscardStmt,
    ast.DropTableSpaceStmt,
    ast.DropdbStmt,
)
# What begins so runs beside another statement; most jobs do, and need no tree of Python objects.
_BESIDE = re.compile(r"\s*(select|insert|update|delete|merge|values|with)\b", re.IGNORECASE)
_WHOLE = (ReindexObjectType.REINDEX_OBJECT_SYSTEM, ReindexObjectType.REINDEX_OBJECT_DATABASE)


def guarding(sql: str) -> Guarding:
    """Return how one valid statement can be guarded; see `Guarding`."""
    if _BESIDE.match(sql):
        return Guarding.BEFORE
    (raw,) = pglast.parse_sql(sql)
    node: Any = raw.stmt
    if isinstance(node, _ELSEWHERE):
        return Guarding.IMPOSSIBLE
    if isinstance(node, ast.CallStmt | ast.DoStmt):
        return Guarding.BLOCK
    return Guarding.BARE if _runs_alone(node) else Guarding.BEFORE


def _runs_alone(node: Any) -> bool:
    match node:
        case ast.VacuumStmt():
            return bool(node.is_vacuumcmd)
        case ast.IndexStmt() | ast.DropStmt():
            return bool(node.concurrent)
        case ast.ReindexStmt():
            return _reindexes_alone(node)
        case ast.AlterDatabaseStmt():
            return _names(node.options) == ["tablespace"]
        case ast.AlterTableStmt():
            return any(_detaches_concurrently(each) for each in node.cmds or ())
        case _:
            return isinstance(node, _ALONE)


def _reindexes_alone(node: Any) -> bool:
    """Tell whether a REINDEX commits in between; of a schema it always does."""
    wide = (*_WHOLE, ReindexObjectType.REINDEX_OBJECT_SCHEMA)
    return node.kind in wide or "concurrently" in _names(node.params)


def _detaches_concurrently(command: Any) -> bool:
    return command.subtype == AlterTableType.AT_DetachPartition and bool(command.def_.concurrent)


def _names(options: Any) -> list[str]:
    return [str(option.defname) for option in options or ()]
