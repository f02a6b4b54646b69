"""`supabase test db` on these files: the real CLI, with this machine's pg_prove for its image's."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from supaops.db.connect import connect
from supaops.local import Stack
from tests.pgtap.proving import FILES, extension
from tests.projects import Project, reset
from tests.servers import programs
from tests.supabase_cli import SupabaseCli, in_project, program

pytestmark = [pytest.mark.stack, pytest.mark.supabase]

# The CLI hands the login on in the environment, and mounts the folder under its own name.
DOCKER = """#!/bin/sh
[ "$1" = run ] || exit 0
until [ "$1" = pg_prove ]; do shift; done
exec "$@"
"""


@pytest.fixture
def supabase(
    tmp_path: Path, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SupabaseCli]:
    """Have the chain in the database, and the tests where the CLI looks for them."""
    program()
    programs.put(tmp_path, monkeypatch, docker=DOCKER)
    project = Project.make(tmp_path / "project", stack, "{}")
    with extension(stack), connect(stack.url, application_name="pytest") as conn:
        reset(conn)
        project.apply(conn)
        cli = in_project(project, stack)
        tests = project.folder / "supabase" / "tests"
        tests.mkdir()
        for file in FILES:
            shutil.copy(file, tests)
        yield cli
        reset(conn)


def test_the_cli_runs_every_file_and_tells_a_broken_promise(
    supabase: SupabaseCli, stack: Stack
) -> None:
    told = supabase("test", "db")
    assert f"Files={len(FILES)}" in told
    assert "Result: PASS" in told
    with connect(stack.url, application_name="pytest") as conn:
        conn.execute("alter table job_queue disable row level security")
    done = supabase.run("test", "db")
    assert done.returncode != 0
    assert "row security is on" in done.stdout + done.stderr
