"""Fixtures of the parity suite: who provides what, and a web server that pg_net can reach."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.local.parity.origin import Origin, serve
from tests.projects import RESET
from tests.servers.variables import DSN_VARIABLE, HOST_VARIABLE
from tests.waiting import until

EXTENSIONS = frozenset({"pg_cron", "pg_net", "supabase_vault"})


@contextmanager
def emptied(stack: Stack) -> Iterator[Connection]:
    """Lend a connection to an empty database, for a whole module; empty it again at the end."""
    with connect(stack.url, application_name="pytest") as connection:
        connection.execute(RESET)
        yield connection
        connection.execute(RESET)


@pytest.fixture(scope="session")
def standins(stack: Stack) -> frozenset[str]:
    """Return the extensions that a stand-in provides; the others are real."""
    return EXTENSIONS - stack.native


@pytest.fixture(scope="module")
def origin(stack: Stack) -> Iterator[Origin]:
    """Return a running web server."""
    with serve() as server:
        if DSN_VARIABLE in os.environ and not _is_reachable(stack, server):
            pytest.skip(
                f"the database cannot reach {server.url}: set {HOST_VARIABLE} to this machine as"
                " the database calls it, host.docker.internal for one in Docker"
            )
        server.seen.clear()
        yield server


def _is_reachable(stack: Stack, server: Origin) -> bool:
    with connect(stack.url, application_name="pytest") as db:
        request = db.execute("select net.http_get(%s) as id", (f"{server.url}/probe",)).fetchone()
        answer = "delete from net._http_response where id = %(id)s returning status_code"
        (row,) = until(lambda: db.execute(answer, request).fetchall())
    return bool(row["status_code"] == 200)
