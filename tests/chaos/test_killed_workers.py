"""Thousands of jobs over four workers, one of which is killed every second: none is lost.

`python -m tests.chaos.killing` measures ten thousand.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.chaos.killing import BATCH, CONCURRENCY, OVERLAY, Fleet, lay_out, work_through
from tests.projects import Project, reset

pytestmark = pytest.mark.stack

JOBS = 3_000


@pytest.fixture
def fleet(
    stack: Stack, db: Connection, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fleet]:
    folder = tmp_path_factory.mktemp("killed")
    fleet = lay_out(Project.make(folder, stack, OVERLAY), db)
    try:
        yield fleet
    finally:
        fleet.stop()
        with connect(stack.url) as connection:
            reset(connection)


def test_every_job_succeeds_and_what_was_done_twice_was_held_by_a_killed_worker(
    fleet: Fleet, db: Connection
) -> None:
    outcome = work_through(fleet, db, jobs=JOBS, every_s=1)
    assert outcome.kills >= 3
    assert {job_id for job_id, _ in outcome.succeeded} == {
        row["id"] for row in db.execute("select id from job_queue")
    }
    assert len(outcome.succeeded) == JOBS
    assert outcome.succeeded <= set(outcome.executed), "a success that nobody has worked for"
    assert len(set(outcome.executed)) == len(outcome.executed), "an attempt was executed twice"
    assert set(outcome.repeated) <= outcome.lost, "repeated, and yet not lost with a worker"
    assert len(outcome.lost) <= outcome.kills * max(CONCURRENCY, 2 * BATCH)
