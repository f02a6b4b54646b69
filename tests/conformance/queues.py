"""The queue as a worker asks it, over each transport."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from pydantic import SecretStr

from supaops.worker.transport import Transport
from supaops.worker.transports.data_api.transport import DataApiTransport
from supaops.worker.transports.database import DatabaseTransport
from tests.projects import Project

Open = Callable[[Project], Transport]


def psycopg(project: Project) -> Transport:
    """Return connections to the database."""
    return DatabaseTransport(project.settings, project.url)


def supabase(project: Project) -> Transport:
    """Return the Data API."""
    environ = project.environ
    if not environ.get("SUPABASE_URL"):
        pytest.skip("set SUPAOPS_TEST_API_URL and the keys, see tests/README.md")
    key = SecretStr(environ["SUPABASE_SERVICE_ROLE_KEY"])
    return DataApiTransport(project.settings, environ["SUPABASE_URL"], key)


TRANSPORTS: dict[str, Open] = {"psycopg": psycopg, "supabase": supabase}
LEASE = timedelta(minutes=1)
