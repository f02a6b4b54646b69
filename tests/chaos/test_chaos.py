"""Workers are killed, connections cut, the server stopped: every job ends, none is lost."""

from __future__ import annotations

import threading
from datetime import timedelta

import psycopg
import pytest

from tests.chaos.arena import RUNNING, Arena
from tests.db.calls import column
from tests.private_server import How
from tests.waiting import until

pytestmark = pytest.mark.stack

LEASE = timedelta(seconds=2)
GRACE = timedelta(seconds=10)
# Jobs whose lease has run out while they wait to be reported.
EXPIRED = """
  select j.id from job_queue j join supaops.lease l on l.id = j.lease_id
  where j.status = 'running' and l.expires_at < clock_timestamp()
"""


def test_jobs_of_a_killed_worker_run_again_within_its_lease_and_ten_seconds(arena: Arena) -> None:
    lost = []
    for _ in range(3):
        with arena.database() as db:
            arena.add(db, 40)
            name, killed_at = arena.kill_the_busiest_worker(db)
            arena.all_ends_well()
            lost += [(killed_at, begun_at) for begun_at in arena.begun_again(db, name)]
    assert lost
    for killed_at, begun_at in lost:
        assert begun_at - killed_at < LEASE + GRACE


def test_jobs_end_although_every_connection_of_the_workers_is_cut_again_and_again(
    arena: Arena,
) -> None:
    with arena.database() as db:
        arena.add(db, 200)
        for _ in range(20):
            arena.cut_the_workers_connections(db)
    arena.all_ends_well()


@pytest.mark.parametrize("how", ["immediate", "kill"])
def test_jobs_end_although_the_server_stops_at_once_under_load(arena: Arena, how: How) -> None:
    def add_until_it_stops() -> None:
        with arena.database() as db:
            for _ in range(200):
                try:
                    arena.add(db, 1)
                except psycopg.OperationalError:
                    return

    adding = threading.Thread(target=add_until_it_stops)
    with arena.database() as db:
        adding.start()
        until(lambda: len(column(db, RUNNING)) > 5)
    arena.server.restart(how)
    adding.join()
    arena.all_ends_well()


def test_jobs_end_although_the_server_has_no_connection_left_for_longer_than_a_lease(
    arena: Arena,
) -> None:
    with arena.database() as db:
        arena.add(db, 150)
        until(lambda: len(column(db, RUNNING)) > 5)
        said = len(arena.fleet.said())
        with arena.no_connection_left(db) as all_are_taken:
            until(lambda: all_are_taken() and "no connection" in arena.fleet.said()[said:])
            until(lambda: all_are_taken() and column(db, EXPIRED))
    arena.all_ends_well()


def test_jobs_end_although_everything_happens_at_once(arena: Arena) -> None:
    with arena.database() as db:
        arena.add(db, 300)
        arena.kill_the_busiest_worker(db)
        with arena.no_connection_left(db):
            arena.fleet.kill_one()
            arena.server.stop("immediate")
    arena.fleet.kill_one()
    arena.server.start()
    arena.all_ends_well()
