"""How many jobs start per time."""

from __future__ import annotations

import pytest

from supaops.db.connect import Connection
from tests.db.calls import claim
from tests.db.limits.rig import fill, usage


def test_after_a_quiet_period_as_many_jobs_start_as_the_rate_says_and_then_none(
    queue: Connection,
) -> None:
    fill(queue, 9, queue="slow", task_type="patient")
    assert usage(queue, "queue", "slow") == {"running": 0, "startable": 5}
    assert len(claim(queue, 3)) == 3
    assert len(claim(queue, 9)) == 2
    assert claim(queue, 9) == []
    assert usage(queue, "queue", "slow") == {"running": 5, "startable": 0}


@pytest.mark.parametrize(("minutes", "jobs"), [(11.9, 0), (12.1, 1), (36.1, 3), (999, 5)])
def test_what_the_rate_allows_comes_back_evenly(
    queue: Connection, minutes: float, jobs: int
) -> None:
    fill(queue, 12, queue="slow", task_type="patient")
    claim(queue, 9)
    queue.execute(
        "select setval(arrival, pg_sequence_last_value(arrival) - (%s * 60000000.0)::bigint)"
        " from supaops.limit where name = 'slow'",
        [minutes],
    )
    assert len(claim(queue, 9)) == jobs


def test_a_finished_job_gives_nothing_of_the_rate_back(queue: Connection) -> None:
    fill(queue, 9, queue="slow", task_type="patient")
    for row in claim(queue, 9):
        queue.execute("select job_queue_mark_succeeded(%s)", [row["id"]])
    assert claim(queue, 9) == []


def test_a_claim_that_rolls_back_has_used_up_its_part_of_the_rate(queue: Connection) -> None:
    fill(queue, 9, queue="slow", task_type="patient")
    with queue.transaction(force_rollback=True):
        assert len(claim(queue, 2)) == 2
    assert len(claim(queue, 9)) == 3


def test_a_clock_that_was_set_back_by_far_does_not_stop_the_queue(queue: Connection) -> None:
    fill(queue, 9, queue="slow", task_type="patient")
    queue.execute(
        "select setval(arrival, extract(epoch from now() + interval '3 hours')::bigint * 1000000)"
        " from supaops.limit where name = 'slow'"
    )
    assert len(claim(queue, 9)) == 5
    assert claim(queue, 9) == []
