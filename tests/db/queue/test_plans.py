"""No function of a worker or operator reads the table from end to end, whatever the statistics."""

from __future__ import annotations

import pytest

from supaops.db.connect import Connection
from tests.db.calls import claim, enqueue, expire_leases, rows_read, value

JOBS = 20_000


@pytest.fixture(params=["planned on an empty table", "planned on a full table"])
def deep(queue: Connection, request: pytest.FixtureRequest) -> Connection:
    """Return a queue of many pending and finished jobs whose statistics say that it is empty."""
    queue.execute("vacuum analyze job_queue")
    if request.param == "planned on an empty table":
        _use_everything(queue)
    queue.execute(
        "insert into job_queue (task_type, status, queue, max_attempts, ready_at, completed_at,"
        " lane, version)"
        " select 'plain', case when p then 'pending' else 'succeeded' end, 'default', 3,"
        " case when p then now() end, case when not p then now() end,"
        " supaops.lane_for('default', 0::smallint, 'plain'), 1"
        " from generate_series(1, %s) n, lateral (select n > %s / 2) x (p)",
        [JOBS, JOBS],
    )
    return queue


def _use_everything(db: Connection) -> None:
    """Call every function of the hot path, so that this session's plans are made."""
    done, failed, cancelled, lost = (enqueue(db) for _ in range(4))
    lease = claim(db, 4)[0]["lease_id"]
    db.execute("select job_queue_heartbeat(%s)", [lease])
    db.execute("select job_queue_mark_succeeded_many(%s, %s)", [[done], [lease]])
    db.execute("select job_queue_mark_failed_many(%s, '{x}', %s)", [[failed], [lease]])
    db.execute("select job_queue_cancel(array[%s::bigint])", [cancelled])
    db.execute("select job_queue_retry(array[%s::bigint])", [cancelled])
    expire_leases(db)
    claim(db, 1)
    db.execute("select job_queue_mark_succeeded(%s)", [lost])
    db.execute("select job_queue_exchange('[]', '[]', 1, 'w')")


def test_nothing_scans_the_table(deep: Connection) -> None:
    before = rows_read(deep)
    _use_everything(deep)
    assert rows_read(deep) - before < JOBS / 10


def test_a_claim_reads_few_rows_however_deep_the_queue(deep: Connection) -> None:
    before = rows_read(deep)
    assert len(claim(deep, 10)) == 10
    assert rows_read(deep) - before < 100


def test_completing_a_batch_reads_few_rows_per_job(deep: Connection) -> None:
    rows = claim(deep, 100)
    ids, leases = [row["id"] for row in rows], [row["lease_id"] for row in rows]
    before = rows_read(deep)
    accepted = value(deep, "select job_queue_mark_succeeded_many(%s, %s)", ids, leases)
    assert len(accepted) == 100
    assert rows_read(deep) - before < 1_000
