"""pg_prove, the runner of pgTAP's tests, as `supabase test db` calls it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.projects import ROOT

FILES = sorted((ROOT / "supabase" / "tests").glob("*.test.sql"))
PACKAGES = "apt-get install postgresql-{major}-pgtap libtap-parser-sourcehandler-pgtap-perl"

_AVAILABLE = "select from pg_available_extensions where name = 'pgtap'"
# Supabase lets `postgres` create it, a plain server does not.
_CREATE = b"create extension pgtap with schema extensions"


@contextmanager
def extension(stack: Stack) -> Iterator[None]:
    """Have pgTAP in the database, or skip the test."""
    how = PACKAGES.format(major=stack.server_version.partition(".")[0])
    if shutil.which("pg_prove") is None:
        pytest.skip(f"there is no pg_prove ({how})")
    with connect(stack.admin_url, application_name="pytest") as admin:
        if admin.execute(_AVAILABLE).fetchone() is None:
            pytest.skip(f"PostgreSQL {stack.server_version} has no pgTAP ({how})")
        _drop(admin)
        admin.execute(_CREATE)
        try:
            yield
        finally:
            _drop(admin)


def _drop(admin: Connection) -> None:
    admin.execute("drop extension if exists pgtap")


def prove(stack: Stack, file: Path) -> subprocess.CompletedProcess[str]:
    """Run one file as role postgres; the password is in no list of processes."""
    found = conninfo_to_dict(stack.url)
    login = {f"PG{key.upper()}": str(found[key]) for key in ("host", "port", "user", "password")}
    return subprocess.run(
        ["pg_prove", "--verbose", "--ext", ".sql", str(file)],
        env={**os.environ, **login, "PGDATABASE": str(found["dbname"])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
