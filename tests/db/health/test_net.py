"""What is read of the posts to the worker and their answers."""

from __future__ import annotations

import pytest

from supaops.db.connect import Connection
from supaops.db.health.net import Post, read_net, read_posts

pytestmark = pytest.mark.stack

DISPATCH = """
insert into supaops.dispatch
  (backend_pid, request_id, created_at, status_code, error_msg, responded_at)
values (1, %s, now() - %s::interval, %s, %s, case when %s then now() end)
"""
ANSWER = """
insert into net._http_response (id, status_code, timed_out, content, created)
values (%s, %s, false, 'some words', now() - %s::interval)
"""

QUEUED = "insert into net.http_request_queue values (7, 'GET', 'http://x', null, null, 1)"


def post(
    db: Connection,
    request: int | None,
    ago: str,
    status: int | None = None,
    error: str | None = None,
) -> None:
    db.execute(DISPATCH, [request, ago, status, error, status is not None])


def newest(db: Connection) -> Post:
    return read_posts(db)[0]


def test_an_answer_is_read_before_it_is_copied(applied: Connection) -> None:
    post(applied, 7, "2 seconds")
    applied.execute(ANSWER, [7, 500, "1 second"])
    found = newest(applied)
    assert (found.status_code, found.content, found.answered_at is None) == (
        500,
        "some words",
        False,
    )
    assert read_net(applied).oldest_uncopied_at is not None


def test_an_answer_that_is_copied_waits_no_more(applied: Connection) -> None:
    post(applied, 7, "2 seconds", 200)
    applied.execute(ANSWER, [7, 200, "1 second"])
    assert (newest(applied).status_code, newest(applied).content) == (200, None)
    assert read_net(applied).oldest_uncopied_at is None


def test_after_a_crash_an_answer_belongs_to_the_latest_post_of_its_number(
    applied: Connection,
) -> None:
    """A crash has pg_net count from one again."""
    post(applied, 7, "2 hours")
    post(applied, 7, "2 seconds")
    applied.execute(ANSWER, [7, 401, "1 second"])
    assert [each.status_code for each in read_posts(applied)] == [401, None]


def test_an_answer_before_the_post_is_another_s(applied: Connection) -> None:
    applied.execute(ANSWER, [7, 200, "2 minutes"])
    post(applied, 7, "1 minute")
    assert newest(applied).answered_at is None


def test_a_post_in_pg_net_s_queue_is_not_sent_yet(applied: Connection) -> None:
    with applied.transaction(force_rollback=True):
        applied.execute(
            "insert into net.http_request_queue values (7, 'GET', 'http://x', null, null, 1)"
        )
        post(applied, 7, "2 minutes")
        assert newest(applied).is_queued
        facts = read_net(applied)
    assert facts.oldest_queued_at
    assert (facts.now - facts.oldest_queued_at).total_seconds() == pytest.approx(120)
    assert facts.backlog == 1


def test_ticks_without_a_post_are_told_apart(applied: Connection) -> None:
    post(applied, None, "2 seconds", error="disarmed")
    post(applied, None, "1 second")
    kinds = [(each.is_post, each.is_idle, each.is_held) for each in read_posts(applied)]
    assert kinds == [(False, True, False), (False, False, True)]


def test_an_older_post_is_read_when_the_newest_ticks_were_all_idle(applied: Connection) -> None:
    post(applied, 7, "1 day", 200)
    applied.execute(
        "insert into supaops.dispatch (backend_pid) select 1 from generate_series(1, 3600)"
    )
    *idle, last = read_posts(applied)
    assert (len(idle), last.is_post, last.status_code) == (3600, True, 200)


def test_no_post_is_read_where_there_is_none(applied: Connection) -> None:
    assert read_posts(applied) == []
    facts = read_net(applied)
    assert (facts.worker_alive, facts.backlog, facts.foreign_objects) == (True, 0, [])
