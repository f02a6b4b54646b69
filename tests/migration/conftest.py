"""A project whose migrations are written into its folder and run as the Supabase CLI runs them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pglast
import pytest

from supaops.db.connect import Connection
from supaops.local import Stack
from supaops.migration import NextMigration, next_migration
from tests.projects import Project, lay_out
from tests.supabase_cli import SupabaseCli, in_project

NOON = datetime(2026, 11, 27, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def project(tmp_path: Path, stack: Stack) -> Project:
    return Project.make(tmp_path, stack)


@pytest.fixture
def supabase(project: Project, stack: Stack, db: Connection) -> SupabaseCli:
    """Return the CLI in the project's folder, with no history of migrations in the database."""
    db.execute("drop schema if exists supabase_migrations cascade")
    return in_project(project, stack)


@pytest.fixture
def offline(tmp_path: Path) -> Project:
    """Return a project without a database."""
    lay_out(tmp_path)
    return Project(tmp_path, {})


def upcoming(
    project: Project, what: str = "supaops", *, now: datetime = NOON, prune: bool = False
) -> NextMigration:
    return next_migration(project.folder, project.config, what=what, now=now, prune=prune)


def write(project: Project, what: str = "supaops", *, prune: bool = False) -> NextMigration:
    """Write what is due; a later one takes the second behind the one before."""
    found = upcoming(project, what, prune=prune)
    found.write()
    return found


def push(conn: Connection, found: NextMigration) -> None:
    """Run a migration as `supabase db push` does: its statements pipelined, without a `begin`."""
    run(conn, found.text)


def run(conn: Connection, text: str) -> None:
    with conn.pipeline():
        for statement in pglast.split(text):
            conn.execute(statement.encode())


def fill_vault(conn: Connection, project: Project) -> None:
    """Set the secrets as `[db.vault]` of the Supabase CLI does: without a description."""
    for name, secret in project.resolved.secrets.items():
        conn.execute("select vault.create_secret(%s, %s)", (secret.get_secret_value(), name))


def assert_nothing_to_do(project: Project, conn: Connection) -> None:
    assert [(each.address, each.action) for each in project.plan(conn).pending] == []
    assert project.apply(conn).revision_id is None
