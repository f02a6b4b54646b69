"""What a runbook tells one to run names tables, columns and functions that are there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pglast import parse_sql, split

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.docs.markdown import blocks
from tests.docs.test_runbooks import RUNBOOKS
from tests.projects import RESET, Project

pytestmark = pytest.mark.stack

PLANNED = {"SelectStmt", "UpdateStmt", "DeleteStmt", "InsertStmt"}


@pytest.fixture(scope="module")
def applied(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """Return a connection to a database that was applied to."""
    project = Project.make(tmp_path_factory.mktemp("runbooks"), stack)
    with connect(stack.url, application_name="pytest") as conn:
        conn.execute(RESET)
        project.apply(conn)
        yield conn


def queries(runbook: Path) -> Iterator[str]:
    """Yield the statements that the server can plan without running them."""
    for block in blocks(runbook, "sql"):
        for statement in split(block):
            [parsed] = parse_sql(statement)
            if type(parsed.stmt).__name__ in PLANNED:
                yield statement


@pytest.mark.parametrize("runbook", RUNBOOKS, ids=lambda path: path.stem)
def test_each_query_of_a_runbook_can_be_planned(applied: Connection, runbook: Path) -> None:
    for query in queries(runbook):
        with applied.transaction(force_rollback=True):
            applied.execute(f"explain {query}".encode())
