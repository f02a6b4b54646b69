"""The chain of a project that the Supabase CLI alone has deployed."""

from __future__ import annotations

import pytest

from supaops.db.connect import Connection
from supaops.local import Stack
from tests.chains import remind, serve
from tests.jobs.conftest import assert_the_chain_works
from tests.migration.conftest import write
from tests.projects import Project
from tests.supabase_cli import in_project

pytestmark = [pytest.mark.stack, pytest.mark.supabase]


def test_the_chain_works_after_a_push(ticking: Project, stack: Stack, db: Connection) -> None:
    db.execute("drop schema if exists supabase_migrations cascade")
    supabase = in_project(ticking, stack)
    write(ticking)
    supabase("db", "push")
    with serve(ticking):
        remind(ticking)
        assert_the_chain_works(db, ticking)
