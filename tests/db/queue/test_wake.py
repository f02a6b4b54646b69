"""A new job wakes the worker: once per interval, with its commit, and never at the job's cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import LiteralString

import psycopg
import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from supaops.render.resources import resources
from tests.db.calls import claim, column, enqueue, value
from tests.db.conftest import EMPTY, PATIENCE, dispatching, install
from tests.projects import RESET
from tests.waiting import until

# Long enough that no interval ends by itself while a test looks.
INTERVAL = "60s"
POSTS = "select count(*) from supaops.dispatch"
LET_THE_INTERVAL_PASS = "select setval('supaops.wake_due', 1)"
MANY = """select job_queue_enqueue_many('[{"task_type": "plain"}, {"task_type": "plain"}]')"""
KEYED = """select job_queue_enqueue_many('[{"task_type": "plain", "dedup_key": "k"}]')"""
LATER = """select job_queue_enqueue_many('[{"task_type": "plain", "run_at": "2999-01-01"}]')"""


@pytest.fixture(scope="module")
def waking(stack: Stack) -> str:
    """Return the URL of a queue that wakes its worker."""
    with connect(stack.url, application_name="pytest") as connection:
        connection.execute(RESET)
        install(connection, resources(dispatching(wake_on_enqueue=INTERVAL)))
    return stack.url


@pytest.fixture
def db(waking: str) -> Iterator[Connection]:
    """Return a connection to that queue, empty, at the end of an interval."""
    with connect(waking, application_name="pytest") as connection:
        connection.execute(PATIENCE)
        connection.execute(EMPTY)
        connection.execute("delete from net.http_request_queue")
        for name in ("job_queue_worker_endpoint", "job_queue_runner_secret"):
            connection.execute("select vault.create_secret('http://127.0.0.1:9/', %s)", [name])
        yield connection


@pytest.mark.parametrize("statement", ["select job_queue_enqueue('plain')", MANY, KEYED])
def test_a_new_job_posts_once_with_the_interval_to_linger(
    db: Connection, statement: LiteralString
) -> None:
    with db.transaction(force_rollback=True):
        db.execute(statement)
        db.execute(statement)
        [request] = db.execute("select body, headers from net.http_request_queue").fetchall()
        [dispatch] = column(db, "select id::text from supaops.dispatch")
    assert bytes(request["body"]) == b'{"limit": 10, "linger_ms": 60000}'
    assert request["headers"]["x-supaops-dispatch"] == dispatch


def test_within_the_interval_nobody_posts_again_and_after_it_the_next_does(db: Connection) -> None:
    for _ in range(5):
        enqueue(db)
    assert value(db, POSTS) == 1
    db.execute(LET_THE_INTERVAL_PASS)
    enqueue(db)
    assert value(db, POSTS) == 2


def test_of_many_at_once_one_posts_and_nobody_waits(
    db: Connection, another: Callable[[], Connection]
) -> None:
    for _ in range(10):
        db.execute(EMPTY)
        db.execute("select vault.create_secret('http://127.0.0.1:9/', 'job_queue_worker_endpoint')")
        db.execute("select vault.create_secret('x', 'job_queue_runner_secret')")
        db.execute(LET_THE_INTERVAL_PASS)
        sessions = [another() for _ in range(8)]
        barrier = Barrier(len(sessions))

        def add(session: Connection, barrier: Barrier = barrier) -> None:
            barrier.wait()
            enqueue(session)

        with ThreadPoolExecutor(len(sessions)) as pool:
            list(pool.map(add, sessions))
        assert value(db, POSTS) == 1
        for session in sessions:
            session.close()


LOCK = "hashtextextended('supaops.wake', 0)"


def test_whoever_meets_another_in_the_act_leaves_it_to_him(
    db: Connection, another: Callable[[], Connection]
) -> None:
    other = another()
    with other.transaction():
        other.execute(f"select pg_advisory_xact_lock({LOCK})".encode())
        enqueue(db)
        assert value(db, POSTS) == 0
    enqueue(db)
    assert value(db, POSTS) == 1


def test_an_open_transaction_that_has_woken_is_in_nobodys_way(
    db: Connection, another: Callable[[], Connection]
) -> None:
    open_one = another()
    with open_one.transaction():
        enqueue(open_one)
        db.execute(LET_THE_INTERVAL_PASS)
        enqueue(db)
        assert value(db, POSTS) == 1
    assert value(db, POSTS) == 2


def test_a_wake_that_is_not_committed_yet_makes_nobody_wait(
    db: Connection, another: Callable[[], Connection]
) -> None:
    open_one = another()
    with open_one.transaction(force_rollback=True):
        enqueue(open_one)
        db.execute("set statement_timeout = '5s'")
        enqueue(db)
        assert value(db, POSTS) == 0


def test_a_rollback_posts_nothing_and_the_next_job_does(
    db: Connection, another: Callable[[], Connection]
) -> None:
    given_up = another()
    with given_up.transaction(force_rollback=True):
        enqueue(given_up)
    assert value(db, POSTS) == 0
    enqueue(db)
    assert value(db, POSTS) == 1


def test_a_post_that_went_with_its_savepoint_is_made_up_for_by_the_next_job(db: Connection) -> None:
    with db.transaction():
        enqueue(db)
        with db.transaction(force_rollback=True):
            db.execute(LET_THE_INTERVAL_PASS)
            enqueue(db)
        enqueue(db)
        assert value(db, POSTS) == 2


def test_a_post_in_a_savepoint_that_is_kept_counts(db: Connection) -> None:
    with db.transaction():
        enqueue(db, run_at="infinity")
        with db.transaction():
            enqueue(db)
        enqueue(db)
    enqueue(db)
    assert value(db, POSTS) == 1


def test_jobs_for_later_wake_nobody_and_use_up_no_interval(db: Connection) -> None:
    enqueue(db, run_at="2999-01-01")
    db.execute(LATER)
    assert value(db, POSTS) == 0
    enqueue(db)
    assert value(db, POSTS) == 1


def test_jobs_of_a_paused_queue_wake_nobody_until_it_is_resumed(db: Connection) -> None:
    db.execute("select job_queue_pause('default', 'upstream is down')")
    enqueue(db)
    assert value(db, POSTS) == 0
    db.execute("select job_queue_resume('default')")
    assert value(db, POSTS) == 1


def test_a_retry_wakes(db: Connection) -> None:
    job_id = enqueue(db)
    [row] = claim(db)
    db.execute("select job_queue_mark_succeeded(%s, %s)", [job_id, row["lease_id"]])
    db.execute(LET_THE_INTERVAL_PASS)
    db.execute("select job_queue_retry(array[%s::bigint])", [job_id])
    assert value(db, POSTS) == 2


@pytest.mark.parametrize(
    ("breaking", "mending", "cause"),
    [
        ("delete from vault.secrets", "select 1", "Vault has no value for the secret"),
        (
            "alter function supaops.post_to_worker(jsonb) rename to gone",
            "alter function supaops.gone(jsonb) rename to post_to_worker",
            "function supaops.post_to_worker(jsonb) does not exist",
        ),
        (
            "alter function supaops.ready_jobs(integer, timestamptz) rename to gone",
            "alter function supaops.gone(integer, timestamptz) rename to ready_jobs",
            "does not exist",
        ),
    ],
)
def test_a_wake_that_fails_is_a_warning_and_the_job_is_enqueued(
    db: Connection, breaking: LiteralString, mending: LiteralString, cause: str
) -> None:
    said: list[str] = []
    db.add_notice_handler(
        lambda notice: said.append(f"{notice.severity_nonlocalized} {notice.message_primary}")
    )
    db.execute(breaking)
    try:
        job_id = enqueue(db)
    finally:
        db.execute(mending)
    assert value(db, "select status from job_queue where id = %s", job_id) == "pending"
    [warning] = said
    assert warning.startswith("WARNING the worker was not woken for new jobs: ")
    assert cause in warning
    assert "127.0.0.1:9" not in warning


def test_a_missing_pg_net_is_a_warning(db: Connection, stack: Stack) -> None:
    said: list[str] = []
    db.add_notice_handler(lambda notice: said.append(str(notice.message_primary)))
    with connect(stack.admin_url) as admin:
        admin.execute("alter schema net rename to net_gone")
        try:
            job_id = enqueue(db)
        finally:
            admin.execute("alter schema net_gone rename to net")
    assert value(db, "select status from job_queue where id = %s", job_id) == "pending"
    assert said == ['the worker was not woken for new jobs: schema "net" does not exist']


def test_a_ledger_that_somebody_locks_is_not_waited_for(
    db: Connection, another: Callable[[], Connection]
) -> None:
    said: list[str] = []
    db.add_notice_handler(lambda notice: said.append(str(notice.message_primary)))
    db.execute("set lock_timeout = 0")
    db.execute("set statement_timeout = '10s'")
    blocking = another()
    with blocking.transaction(force_rollback=True):
        blocking.execute("lock table supaops.dispatch in exclusive mode")
        job_id = enqueue(db)
    assert value(db, "select status from job_queue where id = %s", job_id) == "pending"
    assert said == [
        "the worker was not woken for new jobs: canceling statement due to lock timeout"
    ]


def test_a_statement_that_is_cancelled_in_a_wake_is_cancelled(
    db: Connection, another: Callable[[], Connection]
) -> None:
    blocking = another()
    with blocking.transaction(force_rollback=True):
        blocking.execute("lock table supaops.dispatch in exclusive mode")
        db.execute("set statement_timeout = '20ms'")
        with pytest.raises(psycopg.errors.QueryCanceled):
            enqueue(db)
    db.execute("reset statement_timeout")
    enqueue(db)
    assert value(db, POSTS) == 1


def test_an_interval_out_of_the_future_does_not_stop_the_waking(db: Connection) -> None:
    """As when the clock was set back, or the mark came out of a dump."""
    db.execute("select setval('supaops.wake_due', %s)", [2**52])
    enqueue(db)
    assert value(db, POSTS) == 1


def test_a_transaction_number_of_another_server_stops_no_enqueue(db: Connection) -> None:
    enqueue(db)
    db.execute("select setval('supaops.wake_holder', %s)", [10**8])
    enqueue(db)
    assert value(db, POSTS) == 1


def test_an_enqueue_as_service_role_wakes(db: Connection) -> None:
    with db.transaction():
        db.execute("set local role service_role")
        enqueue(db)
    assert value(db, POSTS) == 1


def test_the_post_leaves_at_the_commit(db: Connection, another: Callable[[], Connection]) -> None:
    watcher = another()
    answered = (
        "select 1 from net._http_response r join supaops.dispatch d on d.request_id = r.id"
        " where r.created >= d.created_at"
    )
    with db.transaction():
        enqueue(db)
        assert value(watcher, POSTS) == 0
    assert until(lambda: watcher.execute(answered.encode()).fetchone())
