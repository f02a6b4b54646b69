"""A new job wakes long-lived workers by a NOTIFY: with its commit, and once per interval."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from supaops.render.resources import resources
from tests.db.calls import enqueue, value
from tests.db.conftest import EMPTY, PATIENCE, dispatching, install
from tests.projects import RESET

POSTS = "select count(*) from supaops.dispatch"
LET_THE_INTERVAL_PASS = "select setval('supaops.wake_due', 1)"
DISARM = "select supaops.disarm('for the test', null)"


def queue_woken_by(stack: Stack, wake_by: str) -> None:
    """Make an empty database, without a secret, in which a new job wakes the worker this way."""
    config = dispatching(wake_on_enqueue="60s", wake_by=wake_by)
    with connect(stack.url, application_name="pytest") as connection:
        connection.execute(RESET)
        install(connection, resources(config))


def listening(stack: Stack) -> Iterator[Connection]:
    with connect(stack.url, application_name="pytest") as connection:
        connection.execute(PATIENCE)
        connection.execute(EMPTY)
        connection.execute("listen job_queue")
        yield connection


@pytest.fixture(scope="module")
def notifying(stack: Stack) -> Stack:
    queue_woken_by(stack, "notify")
    return stack


@pytest.fixture
def db(notifying: Stack) -> Iterator[Connection]:
    """Return a connection that listens to a queue that only notifies."""
    yield from listening(notifying)


def give_an_endpoint(db: Connection) -> None:
    for name in ("job_queue_worker_endpoint", "job_queue_runner_secret"):
        db.execute("select vault.create_secret('http://127.0.0.1:9/', %s)", [name])


def heard(db: Connection) -> list[tuple[str, str]]:
    """Return channel and payload of what has come: the server sends it before its next answer."""
    db.execute("select 1")
    return [(each.channel, each.payload) for each in db.notifies(timeout=0)]


def test_a_new_job_notifies_once_per_interval_and_posts_nothing(db: Connection) -> None:
    for _ in range(3):
        enqueue(db)
    assert heard(db) == [("job_queue", "")]
    db.execute(LET_THE_INTERVAL_PASS)
    enqueue(db)
    assert heard(db) == [("job_queue", "")]
    assert value(db, POSTS) == 0


def test_without_an_endpoint_nothing_is_amiss(db: Connection) -> None:
    said: list[str] = []
    db.add_notice_handler(lambda notice: said.append(str(notice.message_primary)))
    enqueue(db)
    assert said == []


def test_it_comes_at_the_commit(db: Connection, another: Callable[[], Connection]) -> None:
    other = another()
    with other.transaction():
        enqueue(other)
        assert heard(db) == []
    assert heard(db) == [("job_queue", "")]


def test_a_rollback_notifies_nobody_and_the_next_job_does(
    db: Connection, another: Callable[[], Connection]
) -> None:
    with another().transaction(force_rollback=True) as given_up:
        enqueue(given_up.connection)
    assert heard(db) == []
    enqueue(db)
    assert heard(db) == [("job_queue", "")]


@pytest.mark.parametrize("before", [False, True])
def test_a_notify_that_went_with_its_savepoint_is_made_up_for_by_the_next_job(
    db: Connection,
    before: bool,  # noqa: FBT001  a parameter of pytest
) -> None:
    with db.transaction():
        if before:
            db.execute("insert into supaops.audit (actor, action, target) values ('a', 'b', 'c')")
        with db.transaction(force_rollback=True):
            enqueue(db)
        enqueue(db)
    assert heard(db) == [("job_queue", "")]


def test_a_savepoint_that_is_released_has_woken(db: Connection) -> None:
    with db.transaction():
        with db.transaction():
            enqueue(db)
        with db.transaction(force_rollback=True):
            db.execute("insert into supaops.audit (actor, action, target) values ('a', 'b', 'c')")
    enqueue(db)
    assert heard(db) == [("job_queue", "")]


def test_a_disarmed_database_wakes_its_own_workers(db: Connection) -> None:
    db.execute(DISARM)
    enqueue(db)
    assert heard(db) == [("job_queue", "")]


@pytest.fixture(scope="module")
def notifying_and_posting(stack: Stack) -> Stack:
    queue_woken_by(stack, "both")
    return stack


@pytest.fixture
def both(notifying_and_posting: Stack) -> Iterator[Connection]:
    """Return a connection that listens to a queue that notifies and posts."""
    yield from listening(notifying_and_posting)


def test_a_new_job_notifies_and_posts(both: Connection) -> None:
    give_an_endpoint(both)
    enqueue(both)
    enqueue(both)
    assert heard(both) == [("job_queue", "")]
    assert value(both, POSTS) == 1


def test_a_post_that_fails_keeps_the_notify(both: Connection) -> None:
    said: list[str] = []
    both.add_notice_handler(lambda notice: said.append(str(notice.message_primary)))
    enqueue(both)
    assert heard(both) == [("job_queue", "")]
    [warning] = said
    assert warning.startswith("the worker was not woken for new jobs: Vault has no value")


def test_a_disarmed_database_notifies_and_does_not_post(both: Connection) -> None:
    give_an_endpoint(both)
    both.execute(DISARM)
    enqueue(both)
    assert heard(both) == [("job_queue", "")]
    assert value(both, POSTS) == 0
