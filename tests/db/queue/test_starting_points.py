"""A claim starts where the last one found something, and still finds whatever is behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from typing import Any, LiteralString

import pytest

from supaops.db.connect import Connection
from tests.db.calls import WAITING, claim, column, enqueue, value
from tests.waiting import until

BATCH = """
  select job_queue_enqueue_many(
    (select jsonb_agg('{"task_type": "plain"}'::jsonb) from generate_series(1, %s)))
"""
COST: LiteralString = """
  explain (analyze, buffers, format json) select * from job_queue_claim(10)
"""
SURVEY_NOW = "select setval('supaops.survey_due', 1)"
NO_SURVEY = "select setval('supaops.survey_due', 4102444800000000)"  # until 2100


def finish(db: Connection, jobs: int) -> None:
    """Run so many jobs in batches of a hundred."""
    for _ in range(jobs // 100):
        rows = claim(db, 100)
        ids, leases = [row["id"] for row in rows], [row["lease_id"] for row in rows]
        db.execute("select job_queue_mark_succeeded_many(%s, %s)", [ids, leases])


def finish_singly(db: Connection, jobs: int, *, lease: str) -> None:
    """Run so many jobs, each under a lease of its own."""
    for _ in range(jobs):
        [row] = claim(db, lease=lease)
        db.execute("select job_queue_mark_succeeded(%s, %s)", [row["id"], row["lease_id"]])


@contextmanager
def snapshot_held(another: Callable[[], Connection]) -> Iterator[None]:
    """Keep vacuum from what happens in the block, as a long report in another session does."""
    reader = another()
    with reader.transaction():
        reader.execute("set transaction isolation level repeatable read")
        value(reader, "select count(*) from job_queue")
        yield


def pages_read(db: Connection) -> int:
    """Return how many pages a claim of ten jobs looks at, from the buffers or the disk."""
    plan: Any = value(db, COST)[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def ids_of(rows: list[dict[str, Any]]) -> list[int]:
    return [row["id"] for row in rows]


@pytest.mark.parametrize("held", ["nothing is held", "a snapshot is held"])
def test_a_claim_reads_as_few_pages_behind_twenty_thousand_finished_jobs(
    queue: Connection, another: Callable[[], Connection], held: str
) -> None:
    queue.execute(BATCH, [1_000])
    shallow = [pages_read(queue) for _ in range(5)][-1]  # the first ones make plans
    with snapshot_held(another) if held == "a snapshot is held" else nullcontext():
        queue.execute(BATCH, [21_000])
        finish(queue, 20_000)
        queue.execute(SURVEY_NOW)
        claim(queue, 10)
        assert pages_read(queue) < 2 * shallow


def test_between_two_surveys_a_claim_does_not_walk_over_what_others_have_taken(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    queue.execute(BATCH, [6_000])
    shallow = [pages_read(queue) for _ in range(5)][-1]
    with snapshot_held(another):
        queue.execute(NO_SURVEY)
        finish(queue, 5_000)
        claim(queue, 10)
        assert pages_read(queue) < 2 * shallow


def test_a_job_that_is_committed_late_is_claimed_although_the_cursor_has_passed_it(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    slow = another()
    with slow.transaction():
        late = enqueue(slow)
        queue.execute(NO_SURVEY)
        queue.execute(BATCH, [200])
        finish(queue, 200)
        assert claim(queue, 10) == []
    # On a busy machine a look back may have taken so long that the next is put off.
    until(lambda: ids_of(claim(queue, 10)) == [late], seconds=3)


def test_a_late_job_is_not_left_behind_by_claims_that_are_kept_busy(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    slow = another()
    with slow.transaction():
        late = enqueue(slow)
        queue.execute(BATCH, [50_000])
        finish(queue, 1_000)
    seen: set[int] = set()

    def found() -> bool:
        seen.update(ids_of(claim(queue, 10)))
        return late in seen

    until(found, seconds=3)


def test_jobs_of_a_claim_that_rolls_back_come_first_again(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    queue.execute(BATCH, [100])
    first = ids_of(claim(queue, 10))
    other = another()
    with other.transaction(force_rollback=True):
        second = ids_of(claim(other, 10))
        third = ids_of(claim(queue, 10))
    assert first + second + third == list(range(1, 31))
    queue.execute(SURVEY_NOW)
    assert ids_of(claim(queue, 10)) == second


def test_a_survey_does_not_trust_what_its_own_transaction_may_roll_back(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    queue.execute(BATCH, [20])
    other = another()
    with other.transaction(force_rollback=True):
        claim(other, 5)
        other.execute(SURVEY_NOW)
        claim(other, 5)
        other.execute(SURVEY_NOW)
        claim(other, 5)
    queue.execute(SURVEY_NOW)
    assert len(claim(queue, 30)) == 20


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_a_survey_with_an_old_snapshot_overlooks_nothing(
    queue: Connection, another: Callable[[], Connection], level: str
) -> None:
    other = another()
    with other.transaction():
        other.execute(f"set transaction isolation level {level}".encode())
        value(other, "select count(*) from job_queue")
        job_id = enqueue(queue)
        other.execute(SURVEY_NOW)
        claim(other, 0)
    queue.execute(NO_SURVEY)
    assert ids_of(claim(queue)) == [job_id]


def test_a_floor_rises_no_further_than_the_start_of_whoever_is_writing(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    slow = another()
    with slow.transaction():
        started = value(slow, "select now()")
        enqueue(slow)
        enqueue(queue)
        claim(queue, 1)
        queue.execute(SURVEY_NOW)
        claim(queue, 1)
        assert floor(queue) <= started
    queue.execute(SURVEY_NOW)
    claim(queue, 0)
    assert floor(queue) > started


def test_a_reader_that_never_wrote_a_job_holds_no_floor_down(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    enqueue(queue)
    reader = another()
    with reader.transaction():
        started = value(reader, "select now() from job_queue")
        reader.execute("select txid_current()")
        claim(queue, 1)
        queue.execute(SURVEY_NOW)
        claim(queue, 1)
        assert floor(queue) > started


def floor(db: Connection) -> Any:
    return value(
        db,
        "select timestamptz 'epoch' + pg_sequence_last_value(floor) * interval '1 microsecond'"
        " from supaops.lane where queue = 'default' and priority = 0 and task_type = 'plain'",
    )


@pytest.mark.parametrize("edit", ["queue = 'reports'", "priority = 3", "task_type = 'report'"])
def test_a_job_that_is_moved_by_hand_is_found_in_a_lane_whose_floor_has_passed_it(
    queue: Connection, edit: str
) -> None:
    enqueue(queue, queue="reports")
    enqueue(queue, priority=3)
    enqueue(queue, "report", queue="default")
    assert len(claim(queue, 3)) == 3
    moved = enqueue(queue)
    queue.execute(SURVEY_NOW)
    claim(queue, 0)
    queue.execute(f"update job_queue set {edit} where id = %s".encode(), [moved])
    assert ids_of(claim(queue)) == [moved]


def test_two_sessions_that_add_the_same_lane_do_not_wait_for_each_other(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    other = another()
    with other.transaction():
        theirs = enqueue(other, queue="new")
        ours = enqueue(queue, queue="new")
        assert ids_of(claim(queue, 5, queues=["new"])) == [ours]
    assert ids_of(claim(queue, 5, queues=["new"])) == [theirs]


def test_a_lease_that_is_ended_by_hand_in_the_past_is_still_found(queue: Connection) -> None:
    job_id = enqueue(queue)
    claim(queue)
    queue.execute(SURVEY_NOW)
    claim(queue)
    queue.execute("update supaops.lease set expires_at = '2000-01-01'")
    assert ids_of(claim(queue)) == [job_id]
    assert column(queue, "select outcome from supaops.attempt") == ["lost"]


@pytest.mark.parametrize(
    "call", ["job_queue_claim()", "supaops.ready_jobs(10000, clock_timestamp())"]
)
def test_no_call_walks_over_a_thousand_leases_that_have_ended(
    queue: Connection, another: Callable[[], Connection], call: str
) -> None:
    queue.execute(BATCH, [1_010])
    with snapshot_held(another):
        finish_singly(queue, 1_000, lease="1 us")
        queue.execute(SURVEY_NOW)
        claim(queue, 0)
        before = entries_read(queue, "lease_expiry_idx")
        queue.execute(f"select {call}".encode())
        assert entries_read(queue, "lease_expiry_idx") - before < 10


def test_a_survey_does_not_walk_over_a_thousand_leases_that_would_have_ended_later(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    queue.execute(BATCH, [1_000])
    with snapshot_held(another):
        finish_singly(queue, 1_000, lease="1 hour")
        queue.execute(SURVEY_NOW)
        before = entries_read(queue, "lease_expiry_idx")
        claim(queue, 0)
        assert entries_read(queue, "lease_expiry_idx") - before < 10


def test_the_counts_do_not_walk_over_two_thousand_finished_jobs(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    with snapshot_held(another):
        queue.execute(BATCH, [2_010])
        finish(queue, 2_000)
        queue.execute(SURVEY_NOW)
        claim(queue, 0)
        before = entries_read(queue, "job_queue_ready_idx")
        value(queue, "select count(*) from job_queue_stats()")
        assert entries_read(queue, "job_queue_ready_idx") - before < 10


def entries_read(db: Connection, index: str) -> int:
    """Return how many entries of an index were ever read, also those of rows long gone."""
    db.execute("select pg_stat_force_next_flush()")
    read = "select idx_tup_read from pg_stat_user_indexes where indexrelname = %s"
    return int(value(db, read, index))


def test_a_lease_that_was_shorter_than_its_claim_took_is_still_found(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    job_id = enqueue(queue)
    holder, claimer = another(), another()
    holder.execute("begin; lock table supaops.tally in share mode")
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(claim, claimer, lease="1 ms")
        until(lambda: value(queue, WAITING) == 1)
        queue.execute("select pg_sleep(0.001)")
        queue.execute(SURVEY_NOW)
        claim(queue, 0)
        holder.execute("commit")
        assert ids_of(slow.result()) == [job_id]
    until(lambda: ids_of(claim(queue)) == [job_id], seconds=3)
