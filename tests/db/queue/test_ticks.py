"""What a tick posts: nothing when nothing is ready, one post per batch when much is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from supaops.render.resources import resources
from tests.db.calls import claim, column, enqueue, expire_leases, rows_read, value
from tests.db.conftest import EMPTY, PATIENCE, dispatching, install
from tests.projects import RESET

READY = "select supaops.ready_jobs(%s, clock_timestamp())"
TICK = "select job_queue_trigger_worker()"
POSTS = "select count(*) from net.http_request_queue"
OUTCOMES = "select outcome from job_queue_dispatch_history order by id"


@pytest.fixture(scope="module")
def frugal(stack: Stack) -> str:
    """Return the URL of a queue whose ticks skip when idle, and post up to three times."""
    config = dispatching(skip_when_idle=True, posts_per_tick=3, batch_limit=2)
    with connect(stack.url, application_name="pytest") as connection:
        connection.execute(RESET)
        install(connection, resources(config))
    return stack.url


@pytest.fixture
def db(frugal: str) -> Iterator[Connection]:
    """Return a connection to that queue, empty; what it posts is rolled back and never sent."""
    with connect(frugal, application_name="pytest") as connection:
        connection.execute(PATIENCE)
        connection.execute(EMPTY)
        for name in ("job_queue_worker_endpoint", "job_queue_runner_secret"):
            connection.execute("select vault.create_secret('http://127.0.0.1:9/', %s)", [name])
        yield connection


def posts(db: Connection) -> int:
    """Return how many posts a tick makes now, and take them back."""
    with db.transaction(force_rollback=True):
        before = value(db, POSTS)
        db.execute(TICK)
        made: int = value(db, POSTS) - before
    return made


def test_ready_jobs_are_counted_up_to_a_bound(db: Connection) -> None:
    assert value(db, READY, 5) == 0
    for _ in range(3):
        enqueue(db)
    enqueue(db, priority=7)
    assert value(db, READY, 9) == 4
    assert value(db, READY, 2) == 2


def test_jobs_that_are_not_due_held_or_finished_are_not_ready(db: Connection) -> None:
    for _ in range(2):
        enqueue(db)
    enqueue(db, run_at="infinity")
    [held, done] = claim(db, 2)
    db.execute("select job_queue_mark_succeeded(%s, %s)", [done["id"], done["lease_id"]])
    assert held["id"] != done["id"]
    assert value(db, READY, 9) == 0


@pytest.mark.parametrize("paused", ["default", "*"])
def test_jobs_of_a_paused_queue_are_not_ready(db: Connection, paused: str) -> None:
    enqueue(db)
    db.execute("select job_queue_pause(%s, 'upstream is down')", [paused])
    assert value(db, READY, 9) == 0
    db.execute("select job_queue_resume(%s)", [paused])
    assert value(db, READY, 9) == 1


def test_jobs_whose_lease_has_run_out_are_ready(db: Connection) -> None:
    for _ in range(3):
        enqueue(db)
    claim(db, 3)
    assert value(db, READY, 9) == 0
    expire_leases(db)
    assert value(db, READY, 9) == 3
    assert value(db, READY, 2) == 2


def test_a_job_committed_late_below_what_was_claimed_since_is_ready(
    db: Connection, another: Callable[[], Connection]
) -> None:
    late = another()
    with late.transaction():
        enqueue(late)
        enqueue(db)
        assert len(claim(db, 5)) == 1
        assert value(db, READY, 9) == 0
    assert value(db, READY, 9) == 1


def test_counting_reads_no_more_than_asked_for(db: Connection) -> None:
    db.execute("vacuum analyze job_queue")
    db.execute(READY, [1])  # planned for an empty table
    db.execute(
        "select job_queue_enqueue_many(jsonb_agg(jsonb_build_object('task_type', 'plain')))"
        " from generate_series(1, 5000)"
    )
    before = rows_read(db)
    assert value(db, READY, 20) == 20
    assert rows_read(db) - before <= 20


def test_a_tick_posts_nothing_when_nothing_is_ready_and_says_so(db: Connection) -> None:
    assert value(db, TICK) is None
    assert value(db, POSTS) == 0
    assert column(db, OUTCOMES) == ["idle"]
    assert value(db, "select request_id from job_queue_dispatch_history") is None


def test_an_idle_tick_stands_in_the_cron_history(db: Connection, stack: Stack) -> None:
    db.execute("delete from cron.job_run_details")
    value(db, TICK)
    with connect(stack.admin_url) as admin:
        admin.execute(
            "insert into cron.job_run_details (jobid, runid, job_pid, database, username, command,"
            " status, start_time, end_time) values (1, 1, %s, 'postgres', 'postgres', %s,"
            " 'succeeded', now() - interval '1 s', now())",
            [db.info.backend_pid, TICK],
        )
    assert column(db, "select http_outcome from job_queue_cron_history") == ["idle"]
    db.execute("delete from cron.job_run_details")


def test_an_idle_tick_needs_no_secret(db: Connection) -> None:
    db.execute("delete from vault.secrets")
    assert value(db, TICK) is None


@pytest.mark.parametrize(("ready", "expected"), [(1, 1), (2, 1), (3, 2), (6, 3), (50, 3)])
def test_a_tick_posts_once_per_batch_up_to_its_limit(
    db: Connection, ready: int, expected: int
) -> None:
    for _ in range(ready):
        enqueue(db)
    assert posts(db) == expected


def test_a_tick_posts_for_a_lost_worker_alone(db: Connection) -> None:
    enqueue(db)
    claim(db)
    assert posts(db) == 0
    expire_leases(db)
    assert posts(db) == 1


def test_each_post_of_a_tick_is_in_the_ledger_and_the_first_is_returned(db: Connection) -> None:
    for _ in range(4):
        enqueue(db)
    with db.transaction(force_rollback=True):
        first = value(db, TICK)
        requests = column(db, "select request_id from supaops.dispatch order by id")
        sent = db.execute("select id, headers from net.http_request_queue order by id").fetchall()
        numbers = column(db, "select id::text from supaops.dispatch order by id")
    assert requests == [row["id"] for row in sent]
    assert requests[0] == first
    assert [row["headers"]["x-supaops-dispatch"] for row in sent] == numbers


def test_of_several_posts_the_cron_history_shows_one_that_failed(
    db: Connection, stack: Stack
) -> None:
    db.execute("delete from cron.job_run_details")
    pid = db.info.backend_pid
    for status in (200, 503, 200):
        db.execute(
            "insert into supaops.dispatch (request_id, backend_pid, status_code, responded_at)"
            " values (%s, %s, %s, clock_timestamp())",
            [9000 + status, pid, status],
        )
    with connect(stack.admin_url) as admin:
        admin.execute(
            "insert into cron.job_run_details (jobid, runid, job_pid, database, username, command,"
            " status, start_time, end_time) values (1, 1, %s, 'postgres', 'postgres', %s,"
            " 'succeeded', now() - interval '1 s', now())",
            [pid, TICK],
        )
    assert column(db, "select http_status from job_queue_cron_history") == [503]
    db.execute("delete from cron.job_run_details")
