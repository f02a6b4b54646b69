"""A lane that nobody uses goes away, and nobody who may still use it loses a job."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Event
from typing import LiteralString

import pytest

from supaops.db.connect import Connection
from tests.db.calls import claim, column, enqueue, value
from tests.waiting import until

TEND: LiteralString = "select supaops.tend_lanes('0 s', 0)"
LANES: LiteralString = "select priority from supaops.lane order by id"
SEQUENCES: LiteralString = r"select count(*) from pg_class where relname ~ '^lane_\d+_'"
STEPS = {
    "idle": "note_idle_lanes()",
    "retired": "retire_lanes('0 s', 0)",
    "drained": "drain_lanes()",
    "closed": "close_lanes()",
    "dropped": "drop_starting_points()",
}
FINISH = "select job_queue_mark_succeeded_many(%s, %s)"


@pytest.fixture(autouse=True)
def _no_lanes(queue: Connection) -> Iterator[None]:
    """Begin without any lane, and leave none in a state that other tests do not expect."""
    until(lambda: is_without_lanes(queue), seconds=10)
    yield
    queue.execute("delete from supaops.idle_lane where retired_xid is null")


def is_without_lanes(db: Connection) -> bool:
    """Take one step, which may have to wait for whoever else has a transaction, and look."""
    db.execute(TEND)
    return column(db, LANES) == [] and value(db, SEQUENCES) == 0


def used(db: Connection, priority: int) -> int:
    """Return a job of a new lane that has succeeded."""
    job_id = enqueue(db, priority=priority)
    [row] = claim(db)
    db.execute(FINISH, [[job_id], [row["lease_id"]]])
    return job_id


def stages(db: Connection) -> list[str]:
    """Return how far each lane is on its way out."""
    return column(
        db,
        "select case when writers is not null then 'drained' when retired_xid is not null"
        " then 'retired' else 'idle' end from supaops.idle_lane"
        " union all select case when floor is null then 'dropped' else 'closed' end"
        " from supaops.closed_lane",
    )


def advance(db: Connection, stage: str) -> None:
    """Take the steps of a lane's way out one by one, each in its own transaction."""
    for name, step in STEPS.items():
        db.execute(f"select supaops.{step}".encode())
        if name == stage:
            break
    assert stages(db) == [stage]


def test_an_unused_lane_goes_and_its_jobs_are_still_counted_until_they_are_gone(
    queue: Connection,
) -> None:
    used(queue, 7)
    for _ in range(4):
        queue.execute(TEND)
    assert column(queue, LANES) == []
    assert value(queue, SEQUENCES) == 0
    assert queue.execute("select queue, status, jobs from job_queue_stats()").fetchall() == [
        {"queue": "default", "status": "succeeded", "jobs": 1}
    ]
    assert value(queue, "select supaops.known_task_type('plain')") == "plain"
    assert value(queue, "select job_queue_cleanup('0')") == 1
    queue.execute(TEND)
    assert column(queue, "select id from supaops.closed_lane") == []


def test_a_job_of_a_closed_lane_runs_again_in_a_new_one(queue: Connection) -> None:
    job_id = used(queue, 7)
    advance(queue, "dropped")
    queue.execute("select job_queue_retry(array[%s::bigint])", [job_id])
    assert [row["id"] for row in claim(queue)] == [job_id]
    other = enqueue(queue, priority=7)
    assert [row["id"] for row in claim(queue)] == [other]
    assert queue.execute("select status, jobs from job_queue_stats()").fetchall() == [
        {"status": "running", "jobs": 2}
    ]


def test_few_lanes_and_lanes_in_use_stay(queue: Connection) -> None:
    for priority in range(3):
        used(queue, priority)
    enqueue(queue, priority=5)
    for _ in range(5):
        queue.execute("select supaops.tend_lanes('0 s', 4)")
    assert len(column(queue, LANES)) == 4
    for _ in range(5):
        queue.execute("select supaops.tend_lanes('0 s', 2)")
    assert column(queue, LANES) == [2, 5]
    for _ in range(5):
        queue.execute("select supaops.tend_lanes('1 hour', 0)")
    assert column(queue, LANES) == [2, 5]


def test_a_lane_that_was_used_in_between_waits_for_its_hour_again(queue: Connection) -> None:
    used(queue, 7)
    queue.execute("select supaops.note_idle_lanes()")
    queue.execute("update supaops.idle_lane set since = now() - interval '2 hours'")
    used(queue, 7)
    queue.execute("select supaops.tend_lanes('1 hour', 0)")
    assert stages(queue) == ["idle"]
    assert value(queue, "select since > now() - interval '1 minute' from supaops.idle_lane")


@pytest.mark.parametrize("stage", ["idle", "retired", "drained"])
def test_a_job_that_runs_and_comes_back_keeps_its_lane_open(queue: Connection, stage: str) -> None:
    """A retired lane may get jobs from whoever has chosen it before; here they run."""
    used(queue, 7)
    advance(queue, stage)
    lane = value(queue, "select id from supaops.lane")
    queue.execute(
        "insert into job_queue (task_type, queue, priority, max_attempts, lane, ready_at, version)"
        " values ('plain', 'default', 7, 3, %s, clock_timestamp(), 1)",
        [lane],
    )
    [row] = claim(queue)
    for _ in range(4):
        queue.execute("select supaops.drain_lanes(), supaops.close_lanes()")
    assert column(queue, LANES) == [7]
    queue.execute("select job_queue_mark_failed(%s, 'x', %s, '0')", [row["id"], row["lease_id"]])
    for _ in range(4):
        queue.execute("select supaops.drain_lanes(), supaops.close_lanes()")
    assert [each["id"] for each in claim(queue)] == [row["id"]]


def test_whoever_has_an_older_snapshot_may_still_add_jobs(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    used(queue, 7)
    slow = another()
    with slow.transaction():
        slow.execute("set transaction isolation level repeatable read")
        slow.execute("select from supaops.lane")
        for _ in range(4):
            queue.execute(TEND)
        assert stages(queue) == ["retired"]
        job_id = enqueue(slow, priority=7)
        for _ in range(4):
            queue.execute(TEND)
    assert value(queue, "select retired_at from supaops.lane") is not None
    for _ in range(4):
        queue.execute(TEND)
    assert [row["id"] for row in claim(queue)] == [job_id]


def test_a_job_that_was_added_with_an_older_snapshot_and_is_not_committed_is_waited_for(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    used(queue, 7)
    advance(queue, "idle")
    slow = another()
    with slow.transaction():
        # As by a statement that began before the lane was retired, and got its number after that.
        queue.execute("select supaops.retire_lanes('0 s', 0)")
        lane = value(queue, "select id from supaops.lane")
        slow.execute(
            "insert into job_queue"
            " (task_type, queue, priority, max_attempts, lane, ready_at, version)"
            " values ('plain', 'default', 7, 3, %s, clock_timestamp(), 1)",
            [lane],
        )
        for _ in range(4):
            queue.execute(TEND)
        assert stages(queue) == ["drained"]
    for _ in range(4):
        queue.execute(TEND)
    assert len(claim(queue)) == 1


def test_the_starting_points_stay_for_a_claim_with_an_older_snapshot(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    used(queue, 7)
    advance(queue, "drained")
    slow = another()
    with slow.transaction():
        slow.execute("set transaction isolation level repeatable read")
        slow.execute("select from supaops.lane")
        for _ in range(4):
            queue.execute(TEND)
        assert stages(queue) == ["closed"]
        assert claim(slow) == []
    for _ in range(2):
        queue.execute(TEND)
    assert stages(queue) == ["dropped"]


def test_without_a_view_of_all_snapshots_no_lane_is_closed(queue: Connection) -> None:
    used(queue, 7)
    advance(queue, "retired")
    with queue.transaction(force_rollback=True):
        queue.execute("grant usage on schema supaops to service_role")
        queue.execute("grant execute on function supaops.everybody_sees to service_role")
        assert value(queue, "select supaops.everybody_sees(retired_xid) from supaops.idle_lane")
        xid = value(queue, "select retired_xid::text from supaops.idle_lane")
        queue.execute("set local role service_role")
        assert not value(queue, "select supaops.everybody_sees(%s::xid8)", xid)


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_an_older_snapshot_closes_nothing(queue: Connection, level: str) -> None:
    used(queue, 7)
    advance(queue, "idle")
    with queue.transaction():
        queue.execute(f"set transaction isolation level {level}".encode())
        queue.execute(TEND)
    assert stages(queue) == ["idle"]


def test_jobs_of_a_lane_that_there_is_not_get_one(queue: Connection) -> None:
    queue.execute(
        "insert into job_queue (task_type, queue, priority, max_attempts, lane, ready_at, version)"
        " select 'plain', 'default', n % 2, 3, 900000 + n % 2, clock_timestamp(), 1"
        " from generate_series(1, 10) n"
    )
    enqueue(queue, priority=1)
    assert len(claim(queue, 20)) == 1
    for _ in range(2):
        queue.execute("select setval('supaops.sweep_due', 1), supaops.sweep()")
    assert len(claim(queue, 20)) == 10


def produce(db: Connection, seed: int) -> int:
    """Add jobs of many priorities, some in transactions that last, some at a stricter level."""
    random = Random(seed)  # noqa: S311  repeatable
    added = 0
    for _ in range(60):
        with db.transaction():
            if random.random() < 0.3:
                db.execute("set transaction isolation level repeatable read")
                db.execute("select from supaops.lane")
            for _ in range(random.randrange(4)):
                enqueue(db, priority=random.randrange(6))
                added += 1
                db.execute("select pg_sleep(%s)", [random.random() / 50])
    return added


def consume(db: Connection, over: Event) -> int:
    """Claim and complete, or fail once, until all is over and nothing is left."""
    done = 0
    while True:
        ended = over.is_set()
        rows = claim(db, 3)
        for row in rows:
            if row["attempts"] == 1 and row["id"] % 5 == 0:
                db.execute(
                    "select job_queue_mark_failed(%s, 'x', %s, '0')", [row["id"], row["lease_id"]]
                )
            elif value(db, "select job_queue_mark_succeeded(%s, %s)", row["id"], row["lease_id"]):
                done += 1
        if ended and not rows:
            return done


def test_lanes_that_come_and_go_all_the_time_lose_no_job_and_break_no_claim(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    over = Event()
    closed = 0
    connections = [another() for _ in range(5)]
    with ThreadPoolExecutor(5) as pool:
        producers = [pool.submit(produce, each, n) for n, each in enumerate(connections[:3])]
        consumers = [pool.submit(consume, each, over) for each in connections[3:]]
        try:
            while not all(each.done() for each in producers):
                queue.execute(TEND)
                closed += value(queue, "select count(*) from supaops.closed_lane")
        finally:
            over.set()
        added = sum(each.result() for each in producers)
        done = sum(each.result() for each in consumers)
    assert closed > 0
    assert column(queue, "select id from job_queue where status <> 'succeeded'") == []
    assert done == added
    assert value(queue, "select sum(jobs) from job_queue_stats()") == added
