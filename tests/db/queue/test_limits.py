"""Limits: never exceeded by claims, whoever races, and no slot is ever lost."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache

import pytest
from hypothesis.stateful import run_state_machine_as_test

from supaops.config.model import Config
from supaops.db.connect import Connection, connect
from supaops.local import Stack
from supaops.render.resource import Resource
from supaops.render.resources import resources
from tests.db.calls import Row, claim, column, enqueue, expire_leases, rows_read, value
from tests.db.conftest import CONFIG, install
from tests.db.queue.test_model import EXAMPLES, History
from tests.projects import RESET

SLOTS = {"default": 3, "side": 4}
OF_TYPE = {"plain": 5, "report": 2}
MARKED = "select id from supaops.lease where lanes is not null and closed_at is null order by id"


@cache
def with_limits() -> tuple[Resource, ...]:
    """Return what an apply of the tests' config would create if it had limits."""
    data = CONFIG.model_dump(by_alias=True)
    data["queue"]["limits"] = {
        **{name: {"concurrency": slots} for name, slots in SLOTS.items()},
        "slow": {"rate": "5/h"},
    }
    for name, slots in OF_TYPE.items():
        data["queue"]["task_types"][name]["concurrency"] = slots
    return resources(Config.model_validate(data))


@pytest.fixture(scope="module")
def installed(stack: Stack) -> Iterator[Stack]:
    """Return a stack with this module's queue in it."""
    with connect(stack.url, application_name="pytest") as connection:
        connection.execute(RESET)
        install(connection, with_limits())
    yield stack
    with connect(stack.url, application_name="pytest") as connection:
        connection.execute(RESET)


@pytest.fixture(autouse=True)
def as_declared(queue: Connection) -> Iterator[None]:
    """Undo what a test has written to the limits."""
    before = queue.execute("select id, concurrency from supaops.limit").fetchall()
    queue.execute("select setval(arrival, 1) from supaops.limit")
    yield
    for row in before:
        queue.execute(
            "update supaops.limit set concurrency = %s where id = %s",
            [row["concurrency"], row["id"]],
        )


def fill(db: Connection, jobs: int, **options: object) -> list[int]:
    return [enqueue(db, **options) for _ in range(jobs)]  # type: ignore[arg-type]


def usage(db: Connection, scope: str, name: str) -> Row:
    row = db.execute(
        "select running, startable from job_queue_limits() where scope = %s and name = %s",
        [scope, name],
    ).fetchone()
    assert row is not None
    return row


def test_a_queue_hands_out_no_more_than_may_run_at_once(queue: Connection) -> None:
    fill(queue, 9)
    assert len(claim(queue, 2)) == 2
    assert len(claim(queue, 9)) == 1
    assert claim(queue, 9) == []
    assert usage(queue, "queue", "default") == {"running": 3, "startable": 0}


FREEING = {
    "succeeded": "select job_queue_mark_succeeded(%(id)s)",
    "failed for now": "select job_queue_mark_failed(%(id)s, 'x', retry_in => '1 day')",
    "failed for good": (
        "update job_queue set max_attempts = 1 where id = %(id)s;"
        "select job_queue_mark_failed(%(id)s, 'x')"
    ),
    "cancelled": "select job_queue_cancel(array[%(id)s])",
    "set to pending": (
        "update job_queue set status = 'pending', run_at = '2999-01-01' where id = %(id)s"
    ),
    "set to failed": "update job_queue set status = 'failed' where id = %(id)s",
    "set to succeeded": "update job_queue set status = 'succeeded' where id = %(id)s",
    "deleted": "delete from job_queue where id = %(id)s",
    "moved": "update job_queue set queue = 'elsewhere' where id = %(id)s",
    "exchanged": "select job_queue_exchange('[{\"id\": %(id)s}]', null, 0)",
}


@pytest.mark.parametrize("end", FREEING)
def test_a_job_that_runs_no_more_frees_its_slot(queue: Connection, end: str) -> None:
    fill(queue, 9)
    rows = claim(queue, 9)
    text = FREEING[end] % {"id": rows[1]["id"]}
    for statement in text.split(";"):
        queue.execute(statement.encode())
    assert usage(queue, "queue", "default") == {"running": 2, "startable": 1}
    assert len(claim(queue, 9)) == 1
    assert claim(queue, 9) == []


def test_a_lost_worker_frees_its_slots(queue: Connection) -> None:
    lost = fill(queue, 3)
    fill(queue, 3)
    claim(queue, 9)
    expire_leases(queue)
    assert len(claim(queue, 9)) == 3
    assert column(queue, "select id from job_queue where attempts > 1") == []
    expire_leases(queue)
    queue.execute("update job_queue set max_attempts = 1 where status = 'running'")
    assert [row["id"] for row in claim(queue, 9)] == lost


def test_a_worker_that_dies_in_the_middle_of_a_claim_takes_no_slot(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    fill(queue, 9)
    other = another()
    with other.transaction(force_rollback=True):
        assert len(claim(other, 9)) == 3
    assert len(claim(queue, 9)) == 3


def test_one_claim_over_many_lanes_keeps_within_the_limit(queue: Connection) -> None:
    for priority in range(3):
        fill(queue, 2, priority=priority)
    enqueue(queue, "patient", priority=3)
    rows = claim(queue, 9)
    assert [row["priority"] for row in rows] == [0, 0, 1]


def test_a_task_type_is_limited_over_all_queues_together(queue: Connection) -> None:
    fill(queue, 2, task_type="report")
    fill(queue, 2, task_type="report", queue="free")
    others = fill(queue, 2, task_type="patient", queue="free")
    rows = claim(queue, 9)
    assert sorted(row["task_type"] for row in rows) == ["patient"] * 2 + ["report"] * 2
    assert {row["id"] for row in rows} > set(others)
    assert usage(queue, "task_type", "report") == {"running": 2, "startable": 0}


def test_of_two_limits_the_tighter_one_rules(queue: Connection) -> None:
    fill(queue, 9)
    fill(queue, 9, queue="side")
    rows = claim(queue, 99)
    assert len(rows) == OF_TYPE["plain"]
    queue.execute("update supaops.limit set concurrency = 99 where name = 'plain'")
    assert len(claim(queue, 99)) == SLOTS["default"] + SLOTS["side"] - len(rows)


def test_jobs_without_a_limit_go_on_while_the_others_wait(queue: Connection) -> None:
    fill(queue, 9)
    free = fill(queue, 2, task_type="patient", queue="free")
    claim(queue, 3)
    assert {row["id"] for row in claim(queue, 9)} == set(free)


def test_a_limit_is_looked_at_by_one_claim_at_a_time_and_the_next_does_not_wait(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    fill(queue, 9)
    free = fill(queue, 2, task_type="patient", queue="free")
    other = another()
    with other.transaction():
        assert len(claim(other, 1, queues=["default"])) == 1
        assert {row["id"] for row in claim(queue, 9)} == set(free)
    assert len(claim(queue, 9)) == 2


def test_a_claim_that_has_nothing_yet_comes_again_for_a_limit_that_is_locked(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    fill(queue, 9)
    other = another()
    with other.transaction():
        claim(other, 1)
        before = value(queue, "select clock_timestamp()")
        assert claim(queue, 9) == []
        assert value(queue, "select clock_timestamp()") - before > timedelta(milliseconds=20)
    assert len(claim(queue, 9)) == 2


def test_a_claim_from_other_lanes_leaves_a_limit_to_the_others(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    fill(queue, 1)
    queue.execute("update job_queue set status = 'cancelled'")
    fill(queue, 2, task_type="patient", queue="free")
    other = another()
    with other.transaction():
        assert len(claim(other, 9)) == 2
        fill(queue, 9)
        assert len(claim(queue, 9)) == 3


def test_an_older_snapshot_than_the_lock_takes_nothing_from_a_limit(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    fill(queue, 9)
    other = another()
    with other.transaction():
        other.execute("set transaction isolation level repeatable read")
        value(other, "select count(*) from job_queue")
        claim(queue, 2)
        assert claim(other, 9) == []


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


# --- rates ------------------------------------------------------------------------------------


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


# --- many at once -----------------------------------------------------------------------------


def test_racing_claimers_never_run_more_than_the_limit_and_finish_everything(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    """Each ends its jobs in another way; the lost ones run again."""
    queue.execute(
        "select job_queue_enqueue_many(jsonb_agg(jsonb_build_object("
        " 'task_type', 'plain', 'max_attempts', 99, 'priority', n %% 3)))"
        " from generate_series(1, %s) n",
        [200],
    )
    ended = threading.Event()
    seen: list[int] = []
    ends = [
        "select job_queue_mark_succeeded(%(id)s, %(lease)s)",
        "select job_queue_mark_succeeded(%(id)s, %(lease)s)",
        "select job_queue_mark_failed(%(id)s, 'x', %(lease)s, '0')",
        "select job_queue_cancel(array[%(id)s::bigint])",
        "update job_queue set status = 'pending' where id = %(id)s and lease_id = %(lease)s",
        "update job_queue set status = 'failed' where id = %(id)s and lease_id = %(lease)s",
        "delete from job_queue where id = %(id)s",
        "update supaops.lease set expires_at = clock_timestamp() where id = %(lease)s",
    ]

    def work(db: Connection, seed: int) -> None:
        dice = random.Random(seed)  # noqa: S311  for variety, not for secrets
        while value(db, "select count(*) from job_queue where status in ('pending', 'running')"):
            for row in claim(db, dice.randint(1, 4)):
                end = dice.choice(ends)
                db.execute(end, {"id": row["id"], "lease": row["lease_id"]})

    def watch(db: Connection) -> None:
        while not ended.is_set():
            seen.append(value(db, "select count(*) from job_queue where status = 'running'"))

    watcher = threading.Thread(target=watch, args=(another(),))
    workers = [threading.Thread(target=work, args=(another(), seed)) for seed in range(6)]
    for thread in [watcher, *workers]:
        thread.start()
    for thread in workers:
        thread.join()
    ended.set()
    watcher.join()
    assert max(seen) == SLOTS["default"], "never more, and all of them used"
    assert usage(queue, "queue", "default") == {"running": 0, "startable": 3}
    enqueue(queue)
    [last] = claim(queue)
    assert column(queue, MARKED) == [last["lease_id"]], "nothing is looked at for ever"


class Limited(History):
    """Random histories of a queue with limits: a claim hands out what they leave, never more."""

    def allowed(self, ready: set[int]) -> int:
        jobs = self.model.jobs
        running = [job.queue for job in jobs.values() if job.status == "running"]
        free = {
            name: max(SLOTS.get(name, 99) - running.count(name), 0)
            for name in {job.queue for job in jobs.values()}
        }
        waiting = [jobs[each].queue for each in ready]
        total = sum(min(waiting.count(name), slots) for name, slots in free.items())
        return min(total, max(OF_TYPE["plain"] - len(running), 0))


def test_every_history_under_limits_agrees_with_the_model(queue: Connection) -> None:
    machine = type("Machine", (Limited,), {"db": queue})
    run_state_machine_as_test(machine, settings=EXAMPLES)


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
