"""The server of the tests, lent to the benchmarks."""

from __future__ import annotations

import pytest

from benchmarks.server import Server
from supaops.db.connect import Connection
from supaops.local import Stack


@pytest.fixture
def server(stack: Stack, db: Connection) -> Server:  # noqa: ARG001  db empties the database
    """Return the stack of the tests as the server to measure on."""
    if not (stack.pg_bin / "pgbench").is_file():
        pytest.skip("this server has no pgbench; SUPAOPS_PG_BIN can name one that has")
    return Server(stack)
