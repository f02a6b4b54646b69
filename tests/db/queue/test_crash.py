"""A server that is killed under load: what it acknowledged is there when it is back."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack, down, up
from tests.db.calls import claim, column, enqueue, expire_leases, value
from tests.db.conftest import install
from tests.waiting import until

pytestmark = pytest.mark.stack


@pytest.fixture
def root() -> Iterator[Path]:
    """Return a folder for a stack of its own, which the server's account may enter."""
    with tempfile.TemporaryDirectory(prefix="supaops-test-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        down(folder, purge=True)


Step = Callable[[Connection, int], None]


class Load:
    """Enqueue and complete jobs until the server is gone; remember what it acknowledged."""

    def __init__(self, stack: Stack) -> None:
        self.added: set[int] = set()
        self.done: set[int] = set()
        self._threads = [
            threading.Thread(target=self._until_it_ends, args=(connect(stack.url), step))
            for step in (self._add, self._add, self._work, self._work)
        ]
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Wait until every connection has been lost."""
        for thread in self._threads:
            thread.join()

    def _until_it_ends(self, db: Connection, step: Step) -> None:
        with db:
            for number in count():
                try:
                    step(db, number)
                except psycopg.OperationalError:
                    return

    def _add(self, db: Connection, _number: int) -> None:
        self.added.add(enqueue(db))

    def _work(self, db: Connection, number: int) -> None:
        rows = claim(db, 3)
        for row in rows if number % 5 else []:  # every fifth batch is left to its lease
            db.execute("select job_queue_mark_succeeded(%s, %s)", [row["id"], row["lease_id"]])
            self.done.add(row["id"])


def test_a_killed_server_loses_nothing_that_it_acknowledged(root: Path) -> None:
    stack = up(root)
    with connect(stack.url) as db:
        install(db)
        unlogged = column(
            db,
            "select oid::regclass from pg_class where relkind <> 'S' and relpersistence <> 'p' and"
            " (relnamespace = 'supaops'::regnamespace or oid = 'job_queue'::regclass)",
        )
        assert unlogged == []
    load = Load(stack)
    until(lambda: len(load.done) > 200)
    with connect(stack.admin_url) as admin:
        server = value(admin, "select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int")
    os.kill(server, signal.SIGKILL)
    load.join()
    with connect(up(root).url) as db:
        assert load.added <= set(column(db, "select id from job_queue"))
        assert load.done <= set(column(db, "select id from job_queue where status = 'succeeded'"))
        expire_leases(db)
        while rows := claim(db, 100):
            ids, leases = zip(*((row["id"], row["lease_id"]) for row in rows), strict=True)
            db.execute("select job_queue_mark_succeeded_many(%s, %s)", [list(ids), list(leases)])
        assert column(db, "select distinct status from job_queue") == ["succeeded"]
