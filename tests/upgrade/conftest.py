"""A project of a released version, in a database that was installed by that version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from supaops.render.version import schema_version
from tests.projects import Arranged, Project
from tests.upgrade.installed import Installed, read

Old = Callable[[int], Project]


def of_version(found: Installed, folder: Path, stack: Stack) -> Project:
    """Lay out a project with the YAML of a released version."""
    project = Project.make(folder, stack, found.overlay)
    project.config_path.write_text(found.base, encoding="utf-8")
    return project


@pytest.fixture(scope="module")
def arranged() -> Arranged:
    return Arranged()


@pytest.fixture
def conn(stack: Stack) -> Iterator[Connection]:
    """Return a connection to the database as it is: who only looks leaves it to the next test."""
    with connect(stack.url, application_name="pytest") as connection:
        yield connection


@pytest.fixture
def old(tmp_path: Path, stack: Stack, arranged: Arranged) -> Old:
    """Return what has a schema version installed, and returns its project."""

    def installed(version: int) -> Project:
        found = read(version)
        project = of_version(found, tmp_path, stack)
        arranged.require(
            stack.url,
            version,
            lambda conn: found.install(conn, project.config, project.resolved.secrets),
        )
        return project

    return installed


@pytest.fixture
def newer(tmp_path: Path, stack: Stack, arranged: Arranged) -> Project:
    """Return a project whose database a later version has upgraded."""
    project = of_version(read(schema_version()), tmp_path, stack)

    def make(conn: Connection) -> None:
        project.apply(conn)
        conn.execute(_LATER_STEP)

    arranged.require(stack.url, "newer", make)
    return project


_LATER_STEP = b"""
insert into supaops.resource
  (address, kind, sha256, live_sha256, definition, live_definition, revision_id)
select 'schema.900_later', kind, sha256, live_sha256, definition, live_definition, revision_id
  from supaops.resource where address = 'schema.001_supaops'
"""
