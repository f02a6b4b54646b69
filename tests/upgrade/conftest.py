"""A project of a released version, in a database that was installed by that version."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from supaops.db.connect import Connection
from supaops.local import Stack
from tests.projects import Project
from tests.upgrade.installed import Installed, read

Old = Callable[[int], Project]


def of_version(found: Installed, folder: Path, stack: Stack) -> Project:
    """Lay out a project with the YAML of a released version."""
    project = Project.make(folder, stack, found.overlay)
    project.config_path.write_text(found.base, encoding="utf-8")
    return project


@pytest.fixture
def old(tmp_path: Path, stack: Stack, db: Connection) -> Old:
    """Return what installs a schema version and returns its project."""

    def installed(version: int) -> Project:
        found = read(version)
        project = of_version(found, tmp_path, stack)
        found.install(db, project.config, project.resolved.secrets)
        return project

    return installed
