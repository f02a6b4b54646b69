"""What each tick does beside its post: it keeps the counts short and the starting points right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from supaops.db.connect import Connection
from tests.db.calls import WAITING, claim, column, enqueue, value
from tests.waiting import until

UPKEEP = "select supaops.upkeep()"
# A sweep is due at once; surveys are not, or they would hide what it does.
SWEEP_NOW = "select setval('supaops.sweep_due', 1), setval('supaops.survey_due', 4102444800000000)"
FUTURE = 4102444800000000  # the year 2100, in microseconds
STATS = "select queue, task_type, status, jobs from job_queue_stats()"
COUNTED = """
  select queue, task_type, status, count(*) as jobs from job_queue group by 1, 2, 3 order by 1, 2, 3
"""
CHANGES = """
  insert into supaops.tally (lane, pending, running)
  select l.id, 1 - n %% 2 * 2, n %% 3 from supaops.lane l, generate_series(1, %s) n
"""


@pytest.fixture(autouse=True)
def _as_after_a_start(queue: Connection) -> Iterator[None]:
    """Forget when the latest sweep was, before and after each test."""
    forget = b"""
      select setval('supaops.swept_at', 1), setval('supaops.sweep_due', 1),
        setval('supaops.sweep_lane', 0), setval('supaops.survey_due', 1),
        setval('supaops.lease_floor', 1);
      select setval(floor, 1), setval(cursor, 1) from supaops.lane
    """
    queue.execute(forget)
    yield
    queue.execute(forget)


def sums(db: Connection) -> list[dict[str, Any]]:
    """Return what the counts add up to, lane by lane."""
    return db.execute(
        "select lane, sum(pending) as pending, sum(running) as running from supaops.tally"
        " group by lane having sum(pending) <> 0 or sum(running) <> 0 order by lane"
    ).fetchall()


def set_floors(db: Connection, sql: str) -> None:
    """Move floor and cursor of every lane to a time."""
    db.execute(
        f"select setval(s, (extract(epoch from {sql}) * 1000000)::bigint)"
        " from supaops.lane, lateral (values (floor), (cursor)) x (s)".encode()
    )


def test_many_changes_become_one_per_lane_and_the_sums_stay(queue: Connection) -> None:
    enqueue(queue)
    enqueue(queue, "report")
    queue.execute(CHANGES, [3_000])
    before = sums(queue)
    queue.execute(UPKEEP)
    assert sums(queue) == before
    lanes = value(queue, "select count(*) from supaops.lane")
    assert value(queue, "select count(*) from supaops.tally") == lanes


def test_few_changes_are_left_as_they_are(queue: Connection) -> None:
    enqueue(queue)
    enqueue(queue)
    before = column(queue, "select ctid from supaops.tally")
    queue.execute(UPKEEP)
    assert column(queue, "select ctid from supaops.tally") == before


def test_one_step_takes_ten_thousand_changes_and_says_where_to_go_on(queue: Connection) -> None:
    enqueue(queue)
    queue.execute("insert into supaops.tally (lane) select 1 from generate_series(1, 12000)")
    [first] = queue.execute("select * from supaops.fold_step('(0,0)')").fetchall()
    assert first["folded"] == 10_000
    [second] = queue.execute(
        "select * from supaops.fold_step(%s)", [first["last_place"]]
    ).fetchall()
    assert second["folded"] < 3_000


def test_enqueue_and_claim_go_on_while_a_sum_is_uncommitted_and_the_counts_are_exact(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    enqueue(queue)
    queue.execute(CHANGES, [3_000])
    queue.execute("select supaops.recount()")
    queue.execute(CHANGES.replace("1 - n %% 2 * 2, n %% 3", "0, 0"), [3_000])
    other = another()
    with queue.transaction():
        queue.execute(UPKEEP)
        other.execute("set lock_timeout = '1s'")
        enqueue(other)
        assert len(claim(other, 1)) == 1
        other.execute(UPKEEP)  # the second one leaves the sum to the first
        assert other.execute(STATS).fetchall() == other.execute(COUNTED).fetchall()
    assert queue.execute(STATS).fetchall() == queue.execute(COUNTED).fetchall()


def test_upkeep_waits_for_nobody_and_does_not_fail(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    enqueue(queue)
    queue.execute(CHANGES, [3_000])
    other = another()
    with other.transaction(force_rollback=True):
        other.execute("lock table supaops.tally, supaops.lane in access exclusive mode")
        queue.execute("set statement_timeout = '3s'")
        queue.execute(UPKEEP)
        queue.execute("set statement_timeout = 0")


def test_a_part_that_fails_stops_neither_the_other_part_nor_the_post(
    queue: Connection,
) -> None:
    queue.execute("select vault.create_secret('http://127.0.0.1:9/', 'job_queue_worker_endpoint')")
    queue.execute("select vault.create_secret('secret', 'job_queue_runner_secret')")
    job_id = enqueue(queue)
    warnings: list[str] = []
    with queue.transaction(force_rollback=True):
        queue.execute(
            "create or replace function supaops.fold_tally() returns bigint language plpgsql"
            " as $$ begin raise exception 'boom'; end $$"
        )
        queue.add_notice_handler(lambda notice: warnings.append(notice.message_primary or ""))
        queue.execute(SWEEP_NOW)
        set_floors(queue, "now() + interval '1 hour'")
        assert value(queue, "select job_queue_trigger_worker()") is not None
        assert warnings == ["supaops.fold_tally was left out: boom"]
        assert [row["id"] for row in claim(queue)] == [job_id]


@pytest.mark.parametrize(
    "floor",
    [
        pytest.param("clock_timestamp()", id="above a job, as after a restore"),
        pytest.param("clock_timestamp() + interval '1 day'", id="the clock was set back"),
    ],
)
def test_a_job_below_the_floor_is_found_after_a_sweep(queue: Connection, floor: str) -> None:
    jobs = [enqueue(queue), enqueue(queue, "report")]
    queue.execute(SWEEP_NOW)
    set_floors(queue, floor)
    assert claim(queue, 5) == []
    queue.execute(UPKEEP)
    assert sorted(row["id"] for row in claim(queue, 5)) == jobs


def test_jobs_of_any_age_below_the_floor_are_found_in_one_sweep(queue: Connection) -> None:
    jobs = [enqueue(queue) for _ in range(3)]
    queue.execute("alter table job_queue disable trigger user")
    queue.execute("update job_queue set ready_at = now() - (id % 3) * interval '1000 days'")
    queue.execute("alter table job_queue enable trigger user")
    queue.execute(SWEEP_NOW)
    set_floors(queue, "clock_timestamp()")
    queue.execute(UPKEEP)
    assert sorted(row["id"] for row in claim(queue, 5)) == jobs


def test_a_job_that_comes_below_a_floor_in_the_future_is_found_too(queue: Connection) -> None:
    enqueue(queue)
    claim(queue)
    queue.execute(SWEEP_NOW)
    set_floors(queue, "clock_timestamp() + interval '1 day'")
    queue.execute(UPKEEP)
    job_id = enqueue(queue)
    assert [row["id"] for row in claim(queue, 5)] == [job_id]


def test_a_right_floor_stays_where_it_is(queue: Connection) -> None:
    enqueue(queue)
    claim(queue)
    set_floors(queue, "clock_timestamp()")
    floors = column(queue, "select pg_sequence_last_value(floor) from supaops.lane")
    queue.execute(SWEEP_NOW)
    assert value(queue, "select supaops.sweep()") == 0
    assert column(queue, "select pg_sequence_last_value(floor) from supaops.lane") == floors


def test_after_a_sweep_nothing_is_checked_for_a_hundred_times_as_long(queue: Connection) -> None:
    enqueue(queue)
    queue.execute(SWEEP_NOW)
    queue.execute("select supaops.sweep()")
    assert value(queue, "select pg_sequence_last_value('supaops.sweep_due')") > value(
        queue, "select pg_sequence_last_value('supaops.swept_at')"
    )
    set_floors(queue, "clock_timestamp()")
    queue.execute("select setval('supaops.sweep_due', %s)", [FUTURE])
    assert value(queue, "select supaops.sweep()") == 0
    queue.execute(SWEEP_NOW)
    assert value(queue, "select supaops.sweep()") == 1


def test_a_clock_that_was_set_back_stops_neither_surveys_nor_sweeps(queue: Connection) -> None:
    queue.execute(
        "select setval(s, %s) from (values ('supaops.swept_at'::regclass),"
        " ('supaops.sweep_due'), ('supaops.survey_due'), ('supaops.look_back_due')) x (s)",
        [FUTURE],
    )
    queue.execute(UPKEEP)
    latest = column(
        queue,
        "select pg_sequence_last_value(s) from (values ('supaops.swept_at'::regclass),"
        " ('supaops.sweep_due'), ('supaops.survey_due'), ('supaops.look_back_due')) x (s)",
    )
    assert [each for each in latest if each >= FUTURE] == []


def test_an_open_lease_below_the_floor_of_leases_runs_out_after_a_sweep(queue: Connection) -> None:
    job_id = enqueue(queue)
    claim(queue, lease="1 microsecond")
    queue.execute(SWEEP_NOW)
    queue.execute(
        "select setval('supaops.lease_floor',"
        " (extract(epoch from clock_timestamp()) * 1000000)::bigint)"
    )
    assert claim(queue) == []
    queue.execute(UPKEEP)
    assert [row["id"] for row in claim(queue)] == [job_id]


def test_a_recount_puts_right_counts_that_are_wrong(queue: Connection) -> None:
    for _ in range(5):
        enqueue(queue)
    enqueue(queue, "report")
    claim(queue, 2)
    queue.execute("delete from supaops.tally")
    queue.execute(CHANGES, [7])
    assert value(queue, "select supaops.recount()") == 6
    assert queue.execute(STATS).fetchall() == queue.execute(COUNTED).fetchall()


def test_a_recount_beside_traffic_waits_for_nobody_and_loses_no_change(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    for _ in range(4):
        enqueue(queue)
    claimer, producer = another(), another()
    with producer.transaction():
        enqueue(producer)
        with claimer.transaction():
            assert len(claim(claimer, 2)) == 2
            queue.execute("set statement_timeout = '3s'")
            assert value(queue, "select supaops.recount()") == 4
            queue.execute("set statement_timeout = 0")
    assert queue.execute(STATS).fetchall() == queue.execute(COUNTED).fetchall()


def test_writers_do_not_wait_for_a_recount_and_a_sum_leaves_it_alone(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    for _ in range(4):
        enqueue(queue)
    queue.execute(CHANGES.replace("1 - n %% 2 * 2, n %% 3", "0, 0"), [3_000])
    other = another()
    with queue.transaction():
        queue.execute("select supaops.recount()")
        other.execute("set lock_timeout = '1s'")
        enqueue(other)
        claim(other, 3)
        other.execute(UPKEEP)
    assert queue.execute(STATS).fetchall() == queue.execute(COUNTED).fetchall()


def test_a_recount_waits_for_a_sum_that_is_uncommitted(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    enqueue(queue)
    queue.execute(CHANGES.replace("1 - n %% 2 * 2, n %% 3", "0, 0"), [3_000])
    other = another()
    with ThreadPoolExecutor(1) as pool:
        with queue.transaction():
            queue.execute(UPKEEP)
            recount = pool.submit(other.execute, "select supaops.recount()")
            until(lambda: value(queue, WAITING) == 1)
        recount.result()
    assert queue.execute(STATS).fetchall() == queue.execute(COUNTED).fetchall()


def test_nobody_but_the_owner_may_recount(queue: Connection) -> None:
    with queue.transaction(force_rollback=True):
        queue.execute("set local role service_role")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            queue.execute("select supaops.recount()")
