"""Migrations under the real Supabase CLI."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.migration.conftest import upcoming, write
from tests.private_server import private_server
from tests.projects import Project
from tests.supabase_cli import SupabaseCli, in_project, program

pytestmark = [pytest.mark.stack, pytest.mark.supabase]

FASTER = "cron: {jobs: {job_queue_worker: {active: false, schedule: '*/2 * * * *'}}}\n"
# What they say of our tables and functions, and why it stays: docs/explanation/supabase-flow.md.
RESERVED_WORD = 'name of parameter "limit" is reserved keyword'
BY_DESIGN = {"rls_enabled_no_policy", "unused_index", "no_primary_key"}


@pytest.fixture
def supabase(project: Project, stack: Stack, db: Connection) -> SupabaseCli:
    db.execute("drop schema if exists supabase_migrations cascade")
    return in_project(project, stack)


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


def test_lint_and_advisors_find_nothing_beyond_what_is_documented(
    supabase: SupabaseCli, project: Project, stack: Stack
) -> None:
    write(project)
    supabase("db", "push")
    with connect(stack.admin_url, application_name="pytest") as admin:
        lacking = admin.execute(
            "select from pg_available_extensions where name = 'plpgsql_check'"
        ).fetchone()
        if lacking is not None:  # Supabase lets `postgres` create it, a plain server does not
            admin.execute("create extension if not exists plpgsql_check with schema extensions")
            told = supabase("db", "lint", "--level", "warning")
            assert issues(told) <= {RESERVED_WORD}
    found = as_json(supabase("db", "advisors", "--type", "all", "--level", "info"))
    ours = [each for each in found if is_ours(each)]
    assert {each["level"] for each in ours} <= {"INFO"}
    assert {each["name"] for each in ours} <= BY_DESIGN


def test_reset_makes_everything_again(tmp_path: Path, stack: Stack) -> None:
    """It drops pg_cron too; on Supabase `postgres` may do that, here it becomes a superuser."""
    program()
    if "pg_cron" not in stack.native:
        pytest.skip("a stand-in for pg_cron cannot be created anew (apt-get install pg_cron)")
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


def issues(told: str) -> set[str]:
    return {issue["message"] for each in as_json(told) for issue in each["issues"]}


def as_json(told: str) -> list[dict[str, Any]]:
    """Return the JSON list among the lines that a command wrote."""
    start = told.find("[\n")
    found: list[dict[str, Any]] = (
        json.JSONDecoder().raw_decode(told[start:])[0] if start >= 0 else []
    )
    return found


def is_ours(finding: dict[str, Any]) -> bool:
    return "supaops" in json.dumps(finding) or "job_queue" in json.dumps(finding)
