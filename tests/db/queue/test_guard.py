"""Nonces, what they confirm, and what a database that nobody has confirmed does not do."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import psycopg
import pytest

from supaops.db.connect import Connection
from supaops.local import Stack
from supaops.render.resources import resources
from tests.db.calls import column, enqueue, value
from tests.db.conftest import CONFIG, dispatching
from tests.db.queue.test_dispatch import answer, configured, dispatched

__all__ = ["configured"]

TRIGGER = "select job_queue_trigger_worker()"
CONFIRM = "select job_queue_confirm(%s, %s)"
STATE = "select supaops.guard_state()"
COPIED = "update supaops.environment set confirmed_identity = 'of the original'"
MINUTE_PASSED = "update supaops.environment set probe_at = probe_at - interval '1 minute'"
REFUSAL = '{"error": "another database", "refused_by": "clone_guard"}'


@dataclass(frozen=True)
class Post:
    """A post as it lies in pg_net's queue, committed."""

    request: int
    dispatch: int
    nonce: str


def post(db: Connection) -> Post:
    """Let a tick post, and hold the request back from pg_net."""
    with db.transaction():
        request = value(db, TRIGGER)
        assert request is not None
        db.execute("delete from net.http_request_queue")
    [row] = db.execute(
        "select id, nonce from supaops.dispatch where request_id = %s", [request]
    ).fetchall()
    return Post(request, row["id"], row["nonce"])


def refused(db: Connection, stack: Stack, body: str = REFUSAL) -> Post:
    """Post, and be answered with 409."""
    sent = post(db)
    answer(stack, sent.request, 409, content=body)
    value(db, "select supaops.harvest_responses()")
    return sent


def confirm(db: Connection, sent: Post) -> bool:
    return bool(value(db, CONFIRM, sent.dispatch, sent.nonce))


def test_a_nonce_is_good_for_one_confirmation_and_each_post_has_its_own(
    configured: Connection,
) -> None:
    first, second = post(configured), post(configured)
    assert first.nonce != second.nonce
    assert not value(configured, CONFIRM, first.dispatch, second.nonce)
    assert confirm(configured, second)
    assert confirm(configured, first)
    assert not confirm(configured, first)


@pytest.mark.parametrize("nonce", ["", "wrong", None])
def test_nothing_but_the_nonce_itself_confirms(configured: Connection, nonce: str | None) -> None:
    sent = post(configured)
    assert value(configured, CONFIRM, sent.dispatch, nonce) is False
    idle = value(
        configured,
        "insert into supaops.dispatch (backend_pid) values (1) returning id",
    )
    assert value(configured, CONFIRM, idle, nonce) is False
    assert confirm(configured, sent)


def test_of_two_workers_that_got_the_same_call_one_is_confirmed(
    configured: Connection, another: Callable[[], Connection]
) -> None:
    sent = post(configured)
    sessions = [another() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda session: confirm(session, sent), sessions))
    assert sorted(taken) == [False, False, False, True]


def test_two_posts_can_be_confirmed_at_once_where_both_arm(
    configured: Connection, another: Callable[[], Connection]
) -> None:
    posts = [post(configured) for _ in range(4)]
    configured.execute(COPIED)
    sessions = [another() for _ in posts]
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(confirm, sessions, posts))
    assert value(configured, STATE) == "armed"
    assert column(configured, "select action from supaops.audit") == ["arm"]


def test_a_confirmation_that_changes_nothing_writes_one_row_and_no_index(
    configured: Connection,
) -> None:
    sent = post(configured)
    before = "select xmin::text from supaops.environment"
    seen = value(configured, before)
    explained = "explain (analyze, wal, format json) update supaops.dispatch d set nonce = null"
    with configured.transaction(force_rollback=True):
        [row] = configured.execute(f"{explained} where d.id = %s".encode(), [sent.dispatch])
        assert row["QUERY PLAN"][0]["Plan"]["WAL Records"] <= 2
    assert confirm(configured, sent)
    assert value(configured, before) == seen


def test_after_a_restart_or_in_a_copy_the_next_confirmed_post_arms(
    configured: Connection,
) -> None:
    configured.execute(COPIED)
    assert value(configured, STATE) == "unconfirmed"
    with pytest.raises(psycopg.Error, match="unconfirmed") as caught:
        configured.execute("select supaops.require_armed('nightly')")
    assert caught.value.sqlstate == "JQ006"
    assert str(caught.value.diag.message_primary).startswith("nightly did not run")
    assert "supaops arm" in (caught.value.diag.message_hint or "")
    assert confirm(configured, post(configured))
    configured.execute("select supaops.require_armed('nightly')")


def test_a_refused_post_disarms_and_the_ticks_go_on_without_posting(
    configured: Connection, stack: Stack
) -> None:
    sent = refused(configured, stack)
    assert value(configured, STATE) == "disarmed"
    assert value(configured, TRIGGER) is None
    shown = "select outcome, error_msg from job_queue_dispatch_history order by id desc limit 1"
    [row] = configured.execute(shown).fetchall()
    assert row["outcome"] == "disarmed"
    assert f"post {sent.dispatch} with 409" in row["error_msg"]
    with pytest.raises(psycopg.Error, match="disarmed by the guard"):
        configured.execute("select supaops.require_armed('nightly')")
    audit = "select actor, action from supaops.audit"
    assert configured.execute(audit).fetchall() == [{"actor": "supaops guard", "action": "disarm"}]


def test_a_disarmed_database_posts_once_a_minute_and_an_accepted_post_arms_it(
    configured: Connection, stack: Stack
) -> None:
    refused(configured, stack)
    assert value(configured, TRIGGER) is None
    configured.execute(MINUTE_PASSED)
    probe = post(configured)
    assert value(configured, TRIGGER) is None
    assert confirm(configured, probe)
    assert value(configured, STATE) == "armed"
    assert value(configured, TRIGGER) is not None


def test_of_ticks_at_the_same_time_one_probes(
    configured: Connection, stack: Stack, another: Callable[[], Connection]
) -> None:
    refused(configured, stack)
    configured.execute(MINUTE_PASSED)
    sessions = [another() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        requests = list(pool.map(lambda session: value(session, TRIGGER), sessions))
    assert sum(request is not None for request in requests) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [(409, "Conflict"), (409, None), (401, REFUSAL), (503, REFUSAL), (500, REFUSAL), (None, None)],
)
def test_no_other_answer_disarms(
    configured: Connection, stack: Stack, status: int | None, body: str | None
) -> None:
    sent = post(configured)
    answer(stack, sent.request, status, content=body, error_msg=None if status else "timeout")
    assert value(configured, "select supaops.harvest_responses()") == 1
    assert value(configured, STATE) == "armed"


def test_a_refusal_of_what_was_confirmed_already_disarms_nothing(
    configured: Connection, stack: Stack
) -> None:
    sent = post(configured)
    assert confirm(configured, sent)
    answer(stack, sent.request, 409, content=REFUSAL)
    assert value(configured, "select supaops.harvest_responses()") == 1
    assert value(configured, STATE) == "armed"


def test_a_refusal_disarms_nothing_when_a_later_post_was_accepted(
    configured: Connection, stack: Stack
) -> None:
    early, late = post(configured), post(configured)
    assert confirm(configured, late)
    answer(stack, early.request, 409, content=REFUSAL)
    assert value(configured, "select supaops.harvest_responses()") == 1
    assert value(configured, STATE) == "armed"


def test_a_refusal_of_a_post_without_a_nonce_disarms_nothing(
    configured: Connection, stack: Stack
) -> None:
    dispatched(configured, 7009, ago="1 s")
    answer(stack, 7009, 409, content=REFUSAL)
    assert value(configured, "select supaops.harvest_responses()") == 1
    assert value(configured, STATE) == "armed"


def test_what_an_operator_disarmed_stays_so_until_an_operator_arms_it(
    configured: Connection, stack: Stack
) -> None:
    sent, other = post(configured), post(configured)
    configured.execute("select supaops.disarm('moving house')")
    assert confirm(configured, sent)
    answer(stack, other.request, 409, content=REFUSAL)
    configured.execute(MINUTE_PASSED)
    assert value(configured, TRIGGER) is None
    assert value(configured, STATE) == "disarmed"
    with pytest.raises(psycopg.Error, match="by the operator: moving house") as caught:
        configured.execute("select supaops.require_armed('nightly')")
    assert "accepts a post" not in (caught.value.diag.message_hint or "")
    configured.execute("select supaops.arm()")
    assert value(configured, TRIGGER) is not None
    assert column(configured, "select action from supaops.audit order by id") == ["disarm", "arm"]


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_a_disarm_needs_a_reason(queue: Connection, reason: str | None) -> None:
    with pytest.raises(psycopg.Error, match="needs a reason"):
        queue.execute("select supaops.disarm(%s)", [reason])


def test_arming_brings_back_a_row_that_was_deleted_by_hand(queue: Connection) -> None:
    with queue.transaction(force_rollback=True):
        queue.execute("delete from supaops.environment")
        with pytest.raises(psycopg.Error, match="unconfirmed"), queue.transaction():
            queue.execute("select supaops.require_armed('nightly')")
        queue.execute("select supaops.arm('test')")
        assert value(queue, STATE) == "armed"


def test_an_idle_tick_posts_once_a_minute_while_unconfirmed(configured: Connection) -> None:
    """Or what was restarted with nothing to do would never be confirmed."""
    with configured.transaction(force_rollback=True):
        install_again(configured, skip_when_idle=True)
        assert value(configured, TRIGGER) is None
        configured.execute(COPIED)
        assert value(configured, TRIGGER) is not None
        assert value(configured, TRIGGER) is None


def test_a_new_job_wakes_no_worker_from_a_disarmed_database(configured: Connection) -> None:
    with configured.transaction(force_rollback=True):
        install_again(configured, wake_on_enqueue="1s")
        configured.execute("select supaops.disarm('a copy')")
        enqueue(configured)
        assert value(configured, "select count(*) from supaops.dispatch") == 0
        configured.execute("select supaops.arm()")
        enqueue(configured)
        assert value(configured, "select count(*) from supaops.dispatch") == 1


def test_without_the_guard_nothing_is_sent_checked_or_obeyed(configured: Connection) -> None:
    config = CONFIG.model_copy(update={"clone_guard": False})
    with configured.transaction(force_rollback=True):
        for each in resources(config):
            if each.kind == "function":
                configured.execute(each.definition.encode())
        configured.execute("select supaops.disarm('nobody listens')")
        assert value(configured, TRIGGER) is not None
        [row] = configured.execute("select headers from net.http_request_queue").fetchall()
        assert "x-supaops-nonce" not in row["headers"]
        assert value(configured, "select count(nonce) from supaops.dispatch") == 0


def test_an_identity_is_that_of_one_start_of_one_database(queue: Connection) -> None:
    cluster, database, start = str(value(queue, "select supaops.identity()")).split("/")
    assert int(cluster) == value(queue, "select system_identifier from pg_control_system()")
    assert int(database) == value(
        queue, "select oid::int from pg_database where datname = current_database()"
    )
    assert float(start) > 0
    seen = value(queue, "select supaops.identity()")
    with queue.transaction(force_rollback=True):
        queue.execute("set local timezone = 'Asia/Tokyo'; set local datestyle = 'German'")
        assert value(queue, "select supaops.identity()") == seen


def test_an_identity_can_do_without_the_number_of_the_cluster(
    queue: Connection, stack: Stack
) -> None:
    with psycopg.connect(stack.admin_url) as admin:
        admin.execute("revoke execute on function pg_control_system() from public")
        admin.commit()
        try:
            assert str(value(queue, "select supaops.identity()")).startswith("/")
        finally:
            admin.execute("grant execute on function pg_control_system() to public")


def test_a_worker_with_the_api_s_role_may_confirm_and_nobody_else(configured: Connection) -> None:
    sent = post(configured)
    with configured.transaction():
        configured.execute("set local role service_role")
        assert confirm(configured, sent)
    with configured.transaction(force_rollback=True):
        configured.execute("set local role anon")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            confirm(configured, sent)


def install_again(db: Connection, **worker: object) -> None:
    """Replace the functions by those of another config, in the caller's transaction."""
    db.execute("set local check_function_bodies = off")
    for each in resources(dispatching(**worker)):
        if each.kind == "function":
            db.execute(each.definition.encode())
