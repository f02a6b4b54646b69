"""Retention: what goes, what stays, and that nobody waits for it."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from supaops.db.connect import Connection
from tests.db.calls import claim, column, enqueue, rows_read, value


def finished(db: Connection, status: str, age: str) -> int:
    """Return a job that ended in a status so long ago."""
    job_id = enqueue(db)
    db.execute(
        "update job_queue set status = %s, completed_at = now() - %s::interval where id = %s",
        [status, age, job_id],
    )
    return job_id


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
    assert value(queue, "select job_queue_cleanup(interval '69 days')") == 64
    assert rows_read(queue) - before < 5_000
    assert column(queue, "select job_id from supaops.backdated") == []


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
    assert column(queue, "select job_id from supaops.backdated") == [job_id]
    assert value(queue, "select job_queue_cleanup()") == 1
    assert column(queue, "select job_id from supaops.attempt") == []
    assert column(queue, "select job_id from supaops.backdated") == []


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
