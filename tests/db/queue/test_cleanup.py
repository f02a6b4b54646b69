"""Retention: what goes, what stays, and that nobody waits for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import LiteralString

import psycopg
import pytest

from supaops.db.connect import Connection
from tests.db.calls import Row, claim, column, enqueue, rows_read, value


def finished(db: Connection, status: str, age: str) -> int:
    """Return a job that ended in a status so long ago."""
    job_id = enqueue(db)
    db.execute(
        "update job_queue set status = %s, completed_at = now() - %s::interval where id = %s",
        [status, age, job_id],
    )
    return job_id


CLEANUP: LiteralString = "select job_queue_cleanup()"


def imported(db: Connection, status: str, jobs: int, *, oldest: str) -> None:
    """Add jobs that were added and ended one after the other, from so long ago until now."""
    db.execute(
        "insert into job_queue (task_type, status, created_at, completed_at, ready_at, queue,"
        " max_attempts, lane, version)"
        " select 'plain', %(status)s, t, case when %(status)s <> 'pending' then t end,"
        " case when %(status)s = 'pending' then now() end, 'default', 1, 1, 1"
        " from generate_series(1, %(jobs)s) n,"
        " lateral (select now() - %(oldest)s::interval * (1 - (n - 1.0) / %(jobs)s)) x (t)",
        {"status": status, "jobs": jobs, "oldest": oldest},
    )


def walk(db: Connection, status: str, age: str, *, after: int = 0) -> Row:
    """Walk over the jobs of a status that are as old, behind an id."""
    [row] = db.execute(
        "select * from supaops.cleanup_walk(%s, now() - %s::interval, %s, 'infinity')",
        [status, age, after],
    ).fetchall()
    return row


def scanned(db: Connection, statement: LiteralString) -> int:
    """Return how many rows of the queue a statement reads."""
    before = rows_read(db)
    db.execute(statement)
    return rows_read(db) - before


def sequentially(db: Connection) -> int:
    """Return how many rows of the tables that grow were ever read by sequential scans."""
    db.execute("select pg_stat_force_next_flush()")
    count: int = value(
        db,
        "select sum(seq_tup_read) from pg_stat_user_tables"
        " where relname in ('job_queue', 'attempt', 'lease', 'dispatch')",
    )
    return count


def remaining(db: Connection) -> list[int]:
    """Return the ids that are still there."""
    return column(db, "select id from job_queue order by id")


@pytest.mark.parametrize(
    ("status", "age", "kept"),
    [
        ("succeeded", "15 days", False),
        ("succeeded", "13 days", True),
        ("cancelled", "8 days", False),
        ("cancelled", "6 days", True),
        ("failed", "10 years", True),
    ],
)
def test_the_declared_retention_decides(
    queue: Connection, status: str, age: str, *, kept: bool
) -> None:
    job_id = finished(queue, status, age)
    assert value(queue, "select job_queue_cleanup()") == (not kept)
    assert remaining(queue) == [job_id] * kept


def test_an_age_applies_to_succeeded_and_cancelled_jobs_only(queue: Connection) -> None:
    gone = [finished(queue, "succeeded", "2 days"), finished(queue, "cancelled", "2 days")]
    failed = finished(queue, "failed", "2 days")
    young = finished(queue, "succeeded", "1 hour")
    live = enqueue(queue)
    assert value(queue, "select job_queue_cleanup(interval '1 day')") == len(gone)
    assert remaining(queue) == [failed, young, live]


def test_old_jobs_are_found_among_thousands_of_others(queue: Connection) -> None:
    queue.execute(
        "insert into job_queue (task_type, status, created_at, completed_at)"
        " select 'plain', case n % 3 when 0 then 'failed' else 'succeeded' end, t, t"
        " from generate_series(1, 5000) n, lateral (select now() - n * interval '1 hour') x (t)"
        " order by n desc"
    )
    expected = value(
        queue,
        "select count(*) from job_queue"
        " where status = 'succeeded' and completed_at < now() - interval '14 days'",
    )
    assert expected > 2000
    assert value(queue, "select job_queue_cleanup()") == expected
    assert value(queue, "select count(*) from job_queue") == 5000 - expected


def test_jobs_in_their_natural_order_are_walked_only_as_far_as_they_are_old(
    queue: Connection,
) -> None:
    queue.execute(
        "insert into job_queue (task_type, status, created_at, completed_at, queue, max_attempts,"
        " lane, version) select 'plain', 'succeeded', t, t, 'default', 1, 1, 1"
        " from generate_series(1, 10000) n,"
        " lateral (select now() - (10000 - n) * interval '10 min') x (t)"
    )
    before = rows_read(queue)
    assert walk(queue, "succeeded", "69 days")["removed"] == 64
    assert rows_read(queue) - before < 5_000


def test_a_second_cleanup_reads_no_more_however_many_jobs_are_kept(queue: Connection) -> None:
    imported(queue, "failed", 100_000, oldest="100 days")
    assert scanned(queue, CLEANUP) >= 100_000
    assert scanned(queue, CLEANUP) < 50_000


def test_a_cleanup_reads_no_table_from_end_to_end(queue: Connection) -> None:
    imported(queue, "failed", 2_000, oldest="100 days")
    queue.execute(
        "insert into supaops.dispatch (backend_pid) select 1 from generate_series(1, 2000)"
    )
    queue.execute(
        "insert into supaops.lease (worker, job_ids, claimed_at, expires_at, closed_at)"
        " select 'w', '{1}', now(), now(), now() from generate_series(1, 2000)"
    )
    queue.execute(
        "insert into supaops.attempt (job_id, attempt, finished_at, outcome)"
        " select id, 1, now(), 'failed' from job_queue"
    )
    finished(queue, "succeeded", "15 days")
    before = sequentially(queue)
    assert value(queue, CLEANUP) == 1
    assert sequentially(queue) == before


def test_old_jobs_behind_many_younger_ones_with_smaller_ids_are_reached_in_the_end(
    queue: Connection,
) -> None:
    imported(queue, "succeeded", 25_000, oldest="1 day")
    imported(queue, "succeeded", 10, oldest="1000 days")
    removed = 0
    for _ in range(4):
        removed += value(queue, CLEANUP)
    assert removed == 10


def test_a_job_that_ended_long_after_its_enqueue_is_removed_when_it_is_old(
    queue: Connection,
) -> None:
    imported(queue, "pending", 1, oldest="100 days")
    imported(queue, "succeeded", 25_000, oldest="90 days")
    assert value(queue, CLEANUP) > 20_000
    queue.execute(
        "update job_queue set status = 'succeeded', completed_at = now() - interval '15 days'"
        " where status = 'pending'"
    )
    assert value(queue, CLEANUP) == 1


def test_an_age_that_was_cleaned_up_to_is_no_bound_for_other_statuses(queue: Connection) -> None:
    imported(queue, "succeeded", 3_000, oldest="20 days")
    imported(queue, "cancelled", 10, oldest="20 days")
    assert walk(queue, "failed", "0")["removed"] == 0
    assert walk(queue, "cancelled", "0")["removed"] == 10
    assert walk(queue, "succeeded", "14 days")["removed"] == pytest.approx(900, abs=1)


def test_a_walk_begins_where_the_last_one_came_to_young_jobs(queue: Connection) -> None:
    imported(queue, "succeeded", 20_000, oldest="20 days")
    first = walk(queue, "succeeded", "10 days")
    assert first["removed"] == pytest.approx(10_000, abs=1)
    before = rows_read(queue)
    second = walk(queue, "succeeded", "9 days", after=first["passed_id"])
    assert second["removed"] == pytest.approx(1_000, abs=1)
    assert rows_read(queue) - before < 8_000


def test_ids_that_start_again_are_walked_from_the_first(queue: Connection) -> None:
    imported(queue, "succeeded", 10, oldest="20 days")
    assert walk(queue, "succeeded", "10 days", after=1_000_000)["removed"] == 6


def test_a_job_with_a_negative_id_is_removed(queue: Connection) -> None:
    finished(queue, "succeeded", "15 days")
    queue.execute(
        "insert into job_queue (id, task_type, status, completed_at)"
        " values (-5, 'plain', 'succeeded', now() - interval '15 days')"
    )
    assert value(queue, CLEANUP) == 2


def test_what_a_cleanup_has_no_time_for_the_next_tick_removes(queue: Connection) -> None:
    finished(queue, "succeeded", "2 days")
    kept = finished(queue, "succeeded", "12 hours")
    assert value(queue, "select supaops.clean_up('1 day', '0 s')") == 0
    queue.execute("select supaops.upkeep()")
    assert remaining(queue) == [kept]
    finished(queue, "succeeded", "2 days")
    queue.execute("select supaops.upkeep()")  # that is for the next cleanup
    assert len(remaining(queue)) == 2


def test_a_cleanup_stops_when_its_time_is_over(queue: Connection) -> None:
    imported(queue, "succeeded", 20_000, oldest="100 days")
    assert value(queue, "select supaops.clean_up(null, '1 ms')") < 5_000
    assert value(queue, "select unfinished from supaops.cleanup")


def test_a_cleanup_deletes_no_more_than_it_counts(queue: Connection) -> None:
    warnings: list[str] = []
    with queue.transaction(force_rollback=True):
        queue.execute(
            "create or replace function supaops.resume_cleanup() returns bigint language plpgsql"
            " as $$ begin raise exception 'called'; end $$"
        )
        queue.add_notice_handler(lambda notice: warnings.append(notice.message_primary or ""))
        queue.execute(CLEANUP)
        assert warnings == []
        queue.execute("select supaops.upkeep()")
        assert warnings == ["supaops.resume_cleanup was left out: called"]


def test_of_two_cleanups_at_once_the_second_does_nothing(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    finished(queue, "succeeded", "15 days")
    other = another()
    with other.transaction(force_rollback=True):
        assert value(other, CLEANUP) == 1
        assert value(queue, CLEANUP) == 0
    assert value(queue, CLEANUP) == 1


def test_a_cleanup_that_is_rolled_back_has_not_come_anywhere(queue: Connection) -> None:
    imported(queue, "succeeded", 25_000, oldest="100 days")
    with queue.transaction(force_rollback=True):
        gone = value(queue, CLEANUP)
    assert value(queue, CLEANUP) == gone > 20_000


def test_a_cleanup_waits_for_no_ledger_row_that_somebody_holds(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    queue.execute(
        "insert into supaops.lease (worker, job_ids, claimed_at, expires_at, closed_at)"
        " select 'w', array[n], now(), now(), now() - interval '2 days'"
        " from generate_series(1, 2) n"
    )
    other = another()
    with other.transaction():
        other.execute("select from supaops.lease where job_ids = '{1}' for update")
        queue.execute("set lock_timeout = '1s'")
        queue.execute(CLEANUP)
        assert column(queue, "select job_ids from supaops.lease") == [[1]]


def test_cleanup_skips_what_another_transaction_holds(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    held, free = finished(queue, "succeeded", "15 days"), finished(queue, "succeeded", "15 days")
    other = another()
    with other.transaction():
        other.execute("select 1 from job_queue where id = %s for update", [held])
        assert value(queue, "select job_queue_cleanup()") == 1
    assert remaining(queue) == [held] != [free]
    assert value(queue, "select job_queue_cleanup()") == 1


def test_claims_go_on_while_a_cleanup_is_uncommitted(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    finished(queue, "succeeded", "15 days")
    job_id = enqueue(queue)
    other = another()
    with queue.transaction():
        assert value(queue, "select job_queue_cleanup()") == 1
        assert [row["id"] for row in claim(other)] == [job_id]
        assert value(other, "select job_queue_mark_succeeded(%s)", job_id)


def test_what_is_recorded_about_a_job_goes_with_it(queue: Connection) -> None:
    job_id = enqueue(queue)
    claim(queue)
    queue.execute("select job_queue_mark_failed(%s, 'x')", [job_id])
    queue.execute(
        "update job_queue set status = 'cancelled', completed_at = now() - interval '1 year'"
    )
    assert value(queue, "select job_queue_cleanup()") == 1
    assert column(queue, "select job_id from supaops.attempt") == []


def test_old_posts_ended_pauses_and_closed_leases_are_trimmed(queue: Connection) -> None:
    queue.execute(
        "insert into supaops.dispatch (backend_pid, created_at)"
        " values (1, now() - interval '31 days'), (2, now())"
    )
    queue.execute("select job_queue_pause('default', 'old')")
    queue.execute("update supaops.pause set until = now() - interval '2 days'")
    queue.execute("select job_queue_pause('reports', 'open')")
    queue.execute(
        "insert into supaops.lease (worker, job_ids, claimed_at, expires_at, closed_at)"
        " values ('w', '{1}', now(), now(), now() - interval '2 days'),"
        " ('w', '{2}', now(), now(), now())"
    )
    queue.execute("select job_queue_cleanup()")
    assert column(queue, "select backend_pid from supaops.dispatch") == [2]
    assert column(queue, "select queue from supaops.pause") == ["reports"]
    assert column(queue, "select job_ids from supaops.lease") == [[2]]


def test_a_foreign_key_without_an_action_stops_the_cleanup_and_names_itself(
    queue: Connection,
) -> None:
    with queue.transaction(force_rollback=True):
        queue.execute("create table bill (job_id bigint references job_queue)")
        queue.execute("insert into job_queue (task_type, status) values ('plain', 'cancelled')")
        queue.execute("update job_queue set completed_at = now() - interval '1 second'")
        queue.execute("insert into bill select id from job_queue")
        with (
            pytest.raises(psycopg.errors.ForeignKeyViolation, match="bill_job_id_fkey"),
            queue.transaction(),
        ):
            queue.execute("select job_queue_cleanup('0')")
        queue.execute(
            "alter table bill drop constraint bill_job_id_fkey,"
            " add foreign key (job_id) references job_queue on delete cascade"
        )
        assert value(queue, "select job_queue_cleanup('0')") == 1
