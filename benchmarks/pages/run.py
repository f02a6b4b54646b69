"""Fill a queue, serve a control room over it, and load its pages in turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from benchmarks.measures.verify import standstill
from benchmarks.pages.catalogue import Page, addressed
from benchmarks.pages.figures import WARM_UP, Measured
from benchmarks.pages.filling import Size, fill
from benchmarks.pages.room import ENVIRONMENT, Room, serving, variables
from benchmarks.pages.statements import logged
from benchmarks.pages.tiles import tiles
from benchmarks.project import MEASURED, apply, declared
from benchmarks.server import Server
from supaops.db.connect import connect


def measure(
    server: Server, size: Size, pages: Sequence[Page], times: int, *, with_tiles: bool
) -> list[Measured]:
    """Return what was measured of each page, and of the tiles alone."""
    environ = variables(server)
    with _filled(server, environ, size) as ids, serving(environ) as room:
        measured = _loaded(server, room, [addressed(each, ids) for each in pages], times)
        if with_tiles:
            measured.append(tiles(server, declared(MEASURED, ENVIRONMENT, environ), times))
        return measured


@contextmanager
def _filled(server: Server, environ: dict[str, str], size: Size) -> Iterator[dict[str, int]]:
    """Apply and fill the queue; pg_cron is at a standstill until the block ends."""
    with standstill(server):
        admin_url = server.stack.admin_url
        with server.connect() as db, connect(admin_url, application_name="bench") as admin:
            apply(db, declared(MEASURED, ENVIRONMENT, environ))
            ids = fill(db, admin, size)
            admin.execute("vacuum analyze")
        server.checkpoint()
        yield ids


def _loaded(server: Server, room: Room, pages: Sequence[Page], times: int) -> list[Measured]:
    """Load the pages in turn, so that a slow moment of the machine falls on all alike."""
    found = {each.name: Measured(each.name, each.path) for each in pages}
    room.settle()
    for number in range(times + WARM_UP):
        for page in pages:
            _ask(room, page, found[page.name], counts=number >= WARM_UP)
    _count(server, room, pages, found)
    return list(found.values())


def _ask(room: Room, page: Page, seen: Measured, *, counts: bool) -> None:
    if seen.fault:
        return
    answer = room.ask(page)
    seen.fault, seen.bytes = answer.fault, answer.size
    if counts:
        seen.milliseconds.append(answer.milliseconds)


def _count(server: Server, room: Room, pages: Sequence[Page], found: dict[str, Measured]) -> None:
    """Count each page's statements, in the seconds in which the checks do not run."""
    with logged(server) as log:
        room.settle()
        log.statements()
        for page in pages:
            room.ask(page)
            found[page.name].statements = log.statements()
