"""Become psql, connected to the stack."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NoReturn
from urllib.parse import unquote, urlsplit

from supaops.errors import LocalStackError
from supaops.local.stack import Stack


def run_psql(stack: Stack, arguments: Sequence[str]) -> NoReturn:
    """Replace this process by psql as role postgres.

    Raises: LocalStackError when the server came without psql.
    """
    program = stack.pg_bin / "psql"
    if not os.access(program, os.X_OK):
        raise LocalStackError(
            "this server comes without psql", place=str(program), hint="install postgresql-client"
        )
    os.execve(program, ["psql", *arguments], {**os.environ, **_environment(stack.url)})  # noqa: S606  no shell


def _environment(url: str) -> dict[str, str]:
    """Return the connection as variables: a process list shows arguments, not these."""
    parts = urlsplit(url)
    return {
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port),
        "PGUSER": parts.username or "",
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": parts.path.removeprefix("/"),
        "PGSSLMODE": "disable",
    }
