"""Fixtures of the parity suite: who provides what, and a web server that pg_net can reach."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from supaops.local import Stack
from tests.local.parity.origin import Origin, serve

EXTENSIONS = frozenset({"pg_cron", "pg_net", "supabase_vault"})


@pytest.fixture(scope="session")
def standins(stack: Stack) -> frozenset[str]:
    """Return the extensions that a stand-in provides; the others are real."""
    return EXTENSIONS - stack.native


@pytest.fixture(scope="module")
def origin() -> Iterator[Origin]:
    """Return a running web server."""
    with serve() as server:
        yield server
