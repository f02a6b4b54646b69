"""Migrations under the real Supabase CLI."""

from __future__ import annotations

from pathlib import Path

import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.migration.conftest import upcoming, write
from tests.private_server import private_server
from tests.projects import Project
from tests.supabase_cli import SupabaseCli, in_project, program

pytestmark = [pytest.mark.stack, pytest.mark.supabase]

FASTER = "cron: {jobs: {job_queue_worker: {active: false, schedule: '*/2 * * * *'}}}\n"


def test_push_sets_the_secrets_applies_each_migration_once_and_leaves_nothing_to_apply(
    supabase: SupabaseCli, project: Project, db: Connection
) -> None:
    write(project)
    told = supabase("db", "push")
    assert "Updating vault secrets" in told
    assert "Applying migration 20261127120000_supaops.sql" in told
    assert "is up to date" in supabase("db", "push")
    assert project.plan(db).pending == []

    project.write_overlay(FASTER)
    write(project, "faster")
    assert "Applying migration 20261127120001_faster.sql" in supabase("db", "push")
    assert project.plan(db).pending == []
    assert "20261127120001" in supabase("migration", "list")


def test_a_database_that_was_applied_to_before_takes_the_push(
    supabase: SupabaseCli, project: Project, db: Connection
) -> None:
    project.apply(db)
    write(project)
    supabase("db", "push")
    assert project.plan(db).pending == []


def test_a_push_that_fails_leaves_neither_objects_nor_a_row_of_its_history(
    supabase: SupabaseCli, project: Project, db: Connection
) -> None:
    db.execute("create table public.job_queue (id int)")
    write(project)
    done = supabase.run("db", "push")
    assert done.returncode != 0
    assert 'relation "job_queue" already exists' in done.stdout + done.stderr
    assert db.execute("select to_regnamespace('supaops') as it").fetchone() == {"it": None}
    history = db.execute("select count(*) as n from supabase_migrations.schema_migrations")
    assert history.fetchone() == {"n": 0}


def test_migrations_that_the_cli_has_fetched_are_still_ours(
    supabase: SupabaseCli, project: Project
) -> None:
    path = write(project).path
    supabase("db", "push")
    before = path.read_bytes()
    path.unlink()
    supabase("migration", "fetch")
    assert path.read_bytes() != before
    assert not upcoming(project).is_due


def test_reset_makes_everything_again(tmp_path: Path, stack: Stack) -> None:
    """It drops pg_cron too; on Supabase `postgres` may do that, here it becomes a superuser."""
    program()
    if "pg_cron" not in stack.native:
        pytest.skip("a stand-in cannot be created anew: apt-get install postgresql-17-cron")
    with private_server() as server:
        with connect(server.stack.admin_url, application_name="pytest") as admin:
            admin.execute("alter role postgres superuser")
        project = Project.make(tmp_path, server.stack)
        supabase = in_project(project, server.stack)
        write(project)
        project.write_overlay(FASTER)
        write(project, "faster")
        supabase("db", "push")
        with connect(server.stack.url, application_name="pytest") as conn:
            conn.execute("select job_queue_enqueue('game_platform_sync')")
            supabase("db", "reset")
            assert conn.execute("select count(*) as n from job_queue").fetchone() == {"n": 0}
            assert project.plan(conn).pending == []
