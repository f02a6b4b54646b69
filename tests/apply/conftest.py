"""A project of one's own and an empty database for each test of plan and apply."""

from __future__ import annotations

from pathlib import Path

import pytest

from supaops.db.connect import Connection
from supaops.local import Stack
from tests.projects import Project


@pytest.fixture
def project(tmp_path: Path, stack: Stack) -> Project:
    return Project.make(tmp_path, stack)


@pytest.fixture
def applied(project: Project, db: Connection) -> Project:
    """Return a project that has been applied to `db`."""
    project.apply(db)
    return project
