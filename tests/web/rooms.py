"""Control rooms whose checks a test waits for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import httpx

from tests.projects import Project
from tests.waiting import until
from tests.web.site import Served, served

LOADING = 'aria-busy="true"'
NOWHERE = "postgresql://postgres:hidden-password@127.0.0.1:9/postgres"
"""No server listens there."""


def without_database(project: Project) -> Project:
    """Return the project as it is when its database does not answer."""
    return Project(project.folder, {**project.environ, "DATABASE_URL": NOWHERE})


@contextmanager
def visited(project: Project, name: str = "vera") -> Iterator[tuple[Served, httpx.Client]]:
    """Serve a control room where nobody has looked yet, and sign somebody in."""
    with served(project) as room, closing(room.client(name)) as client:
        yield room, client


def checked(room: Served, client: httpx.Client, path: str) -> str:
    """Return a page once the checks have ended."""
    found = [client.get(room.url(path))]

    def is_there() -> bool:
        found[0] = client.get(room.url(path))
        return LOADING not in found[0].text

    until(is_there)
    assert found[0].status_code == 200, found[0].text
    return found[0].text
