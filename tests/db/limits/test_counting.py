"""What counts under a limit, and how little is read for it."""

from __future__ import annotations

from collections.abc import Callable

from supaops.db.connect import Connection
from tests.db.calls import claim, column, enqueue, rows_read, value
from tests.db.limits.rig import MARKED, SLOTS, fill, usage


def test_a_job_that_somebody_set_to_running_takes_a_slot(queue: Connection) -> None:
    [held, *_] = fill(queue, 9)
    queue.execute("update job_queue set status = 'running' where id = %s", [held])
    assert usage(queue, "queue", "default") == {"running": 1, "startable": 2}
    assert len(claim(queue, 9)) == 2


def test_more_jobs_than_may_run_can_be_set_to_running_by_hand_and_then_none_is_handed_out(
    queue: Connection,
) -> None:
    fill(queue, 9)
    queue.execute("update job_queue set status = 'running' where id % 2 = 0")
    assert usage(queue, "queue", "default") == {"running": 4, "startable": 0}
    assert claim(queue, 9) == []


def test_a_running_job_that_is_moved_under_a_limit_counts_there(queue: Connection) -> None:
    [moved] = fill(queue, 1, task_type="patient", queue="free")
    claim(queue, 1)
    fill(queue, 9)
    queue.execute("update job_queue set queue = 'default' where id = %s", [moved])
    assert len(claim(queue, 9)) == 2


def test_jobs_that_ran_before_there_was_a_limit_count(queue: Connection) -> None:
    fill(queue, 5, task_type="patient", queue="free")
    assert len(claim(queue, 2)) == 2
    queue.execute(
        "insert into supaops.limit (scope, name, concurrency) values ('queue', 'free', 3)"
    )
    try:
        assert len(claim(queue, 5)) == 1
    finally:
        queue.execute("delete from supaops.limit where name = 'free'")
    assert len(claim(queue, 5)) == 2


def test_jobs_that_ended_one_by_one_are_not_looked_at_again(queue: Connection) -> None:
    """Their lease stays until it runs out."""
    fill(queue, 9)
    first, second, _ = claim(queue, 3)
    queue.execute("select job_queue_mark_succeeded(%s)", [first["id"]])
    queue.execute("select job_queue_cancel(array[%s::bigint])", [second["id"]])
    assert len(claim(queue, 9)) == 2
    assert len(column(queue, MARKED)) == 2
    queue.execute("select job_queue_cancel(array(select id from job_queue))")
    enqueue(queue)
    [last] = claim(queue, 1)
    assert column(queue, MARKED) == [last["lease_id"]]
    assert value(queue, "select job_queue_heartbeat(%s)", first["lease_id"]) != []


def test_a_job_that_runs_again_beside_its_former_batch_counts_once(queue: Connection) -> None:
    again, beside = fill(queue, 2)
    claim(queue, 2)
    queue.execute("select job_queue_mark_failed(%s, 'x', retry_in => '0')", [again])
    assert [row["id"] for row in claim(queue, 1)] == [again]
    assert usage(queue, "queue", "default") == {"running": 2, "startable": 1}
    queue.execute("select job_queue_mark_succeeded(%s)", [beside])
    assert usage(queue, "queue", "default") == {"running": 1, "startable": 2}


def test_a_count_does_not_wait_for_a_worker_that_writes_to_its_lease(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    fill(queue, 9)
    rows = claim(queue, 3)
    queue.execute("select job_queue_cancel(array(select id from job_queue where attempts > 0))")
    other = another()
    with other.transaction():
        other.execute("select job_queue_heartbeat(%s)", [rows[0]["lease_id"]])
        assert len(claim(queue, 9)) == 3


def test_jobs_that_must_wait_for_a_slot_are_not_posted_for(queue: Connection) -> None:
    ready = "select supaops.ready_jobs(100, clock_timestamp())"
    fill(queue, 9)
    fill(queue, 2, task_type="patient", queue="free")
    assert value(queue, ready) == SLOTS["default"] + 2
    first = claim(queue, 2, queues=["default"])[0]["id"]
    assert value(queue, ready) == 1 + 2
    claim(queue, 9)
    assert value(queue, ready) == 0
    queue.execute("select job_queue_mark_succeeded(%s)", [first])
    assert value(queue, ready) == 1


def test_the_sequence_of_a_limit_goes_with_it(queue: Connection) -> None:
    sequences = "select count(*) from pg_class where relname ~ '^limit_.*_arrival$'"
    before = value(queue, sequences)
    queue.execute("insert into supaops.limit (scope, name) values ('queue', 'x')")
    fill(queue, 4, task_type="patient", queue="x")
    assert usage(queue, "queue", "x") == {"running": 0, "startable": None}
    assert len(claim(queue, 9)) == 4, "it limits nothing"
    assert value(queue, sequences) == before + 1
    queue.execute("delete from supaops.limit where name = 'x'")
    assert value(queue, sequences) == before


def test_looking_at_a_limit_reads_few_rows_however_deep_the_queue(queue: Connection) -> None:
    fill(queue, 2)
    queue.execute("vacuum analyze job_queue")
    claim(queue, 2)
    queue.execute(
        "insert into job_queue (task_type, status, queue, max_attempts, ready_at, completed_at,"
        " lane, version)"
        " select 'plain', case when p then 'pending' else 'succeeded' end, 'default', 3,"
        " case when p then now() end, case when not p then now() end,"
        " supaops.lane_for('default', 0::smallint, 'plain'), 1"
        " from generate_series(1, 20000) n, lateral (select n > 10000) x (p)"
    )
    assert value(queue, "select to_regclass('supaops.lease_limited_idx')") is not None
    before = rows_read(queue)
    assert len(claim(queue, 9)) == 1
    assert claim(queue, 9) == []
    assert usage(queue, "queue", "default")["running"] == 3
    assert rows_read(queue) - before < 100
