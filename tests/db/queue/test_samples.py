"""How many jobs each queue held, written down once a minute."""

from __future__ import annotations

from collections.abc import Callable

from supaops.db.connect import Connection
from tests.db.calls import Row, claim, column, enqueue, value


def samples(db: Connection) -> list[Row]:
    """Return what was written down."""
    return db.execute("select * from supaops.sample order by queue").fetchall()


def test_a_sample_holds_the_counts_and_the_longest_wait_of_each_queue(queue: Connection) -> None:
    waiting = enqueue(queue)
    for _ in range(2):
        enqueue(queue)
    enqueue(queue, queue="reports")
    claim(queue, 1, queues=["reports"])
    assert value(queue, "select supaops.take_sample()") == len(samples(queue))
    rows = {row["queue"]: row for row in samples(queue)}
    ready = value(queue, "select ready_at from job_queue where id = %s", waiting)
    assert (rows["default"]["pending"], rows["default"]["oldest_ready_at"]) == (3, ready)
    assert (rows["reports"]["running"], rows["reports"]["oldest_ready_at"]) == (1, None)
    assert set(rows) == set(column(queue, "select distinct queue from supaops.task_type"))


def test_a_minute_has_one_sample_however_often_it_ticks(queue: Connection) -> None:
    queue.execute("select supaops.upkeep()")
    first = samples(queue)
    queue.execute("select supaops.upkeep()")
    assert samples(queue) == first
    queue.execute("update supaops.sample set at = at - interval '56 s'")
    queue.execute("select supaops.upkeep()")
    assert len(samples(queue)) == 2 * len(first)


def test_a_sample_of_a_clock_that_went_ahead_keeps_none_away(queue: Connection) -> None:
    queue.execute("select supaops.take_sample()")
    queue.execute("update supaops.sample set at = at + interval '1 day'")
    assert value(queue, "select supaops.take_sample()") > 0


def test_of_two_ticks_at_once_one_takes_the_sample(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    other = another()
    with other.transaction():
        assert value(other, "select supaops.take_sample()") > 0
        assert value(queue, "select supaops.take_sample()") == 0
