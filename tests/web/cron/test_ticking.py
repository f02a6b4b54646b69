"""Run now, pause and resume, on a chain that really ticks."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from supaops.db.connect import Connection
from supaops.db.hand_run import run_by_hand
from supaops.plan import read_plan
from supaops.web.site import BASE
from tests.db.calls import column, enqueue, value
from tests.waiting import until
from tests.web.forms import notice, post, visiting
from tests.web.site import Served

pytestmark = pytest.mark.stack

JOB = "job_queue_worker"
AUDIT = "select actor, action, reason, source, request_id from supaops.audit where target = %s"
RUNS = """
select count(*) as runs from cron.job_run_details
 where jobid = (select jobid from cron.job where jobname = 'job_queue_worker')
"""


def between_ticks(client: httpx.Client, reason: str) -> httpx.Response | None:
    """Return the answer to a click on Run now; None while pg_cron runs the job itself."""
    answer = post(client, "/cron", "/cron/run", job=JOB, reason=reason)
    return None if "a run by pg_cron is under way" in answer.text else answer


def test_run_now_runs_the_job_and_tells_what_the_worker_answered(
    ticking_room: Served, conn: Connection
) -> None:
    enqueue(conn, "game_platform_sync")
    with visiting(ticking_room, "otto") as client:
        answer = until(lambda: between_ticks(client, "after the deploy"))
        assert answer is not None
        assert "the worker answered 200 and took " in notice(client, answer)
        page = client.get(f"{BASE}/cron").text
    assert "by hand, by otto; succeeded, the worker answered 200" in page
    rows = conn.execute(AUDIT + " order by id", [f"cron:{JOB}"]).fetchall()
    assert [(row["actor"], row["action"], row["reason"], row["source"]) for row in rows] == [
        ("otto", "run", "after the deploy", "dashboard"),
        ("otto", "ran", "after the deploy", "dashboard"),
    ]
    assert len({row["request_id"] for row in rows}) == 1


def test_a_paused_job_ticks_no_more_and_an_apply_leaves_it_until_it_is_resumed(
    ticking_room: Served, conn: Connection
) -> None:
    with visiting(ticking_room, "ada") as client:
        fields = {"job": JOB, "reason": "the upstream moves", "until": "2h"}
        told = notice(client, post(client, "/cron", "/cron/pause", **fields))
        assert told == f"{JOB} is paused; an apply leaves it so."
        until(lambda: not column(conn, "select from cron.job_run_details where end_time is null"))
        stopped_at = value(conn, RUNS)
        page = client.get(f"{BASE}/cron").text
        card = page.split(f'id="cron-{JOB}"', 1)[1].split("</section>", 1)[0]
        assert "Paused by ada" in card
        assert "the upstream moves" in card
        assert "in step" in card
        assert read_plan(conn, ticking_room.project.desired).pending == []
        conn.execute("select supaops.upkeep()")
        assert value(conn, RUNS) == stopped_at
        told = notice(client, post(client, "/cron", "/cron/resume", job=JOB))
        assert told == f"{JOB} is active again."
    until(lambda: value(conn, RUNS) > stopped_at)
    assert column(conn, "select stopped from supaops.pause") == []


def test_the_strip_has_the_ticks_beside_their_answers(
    ticking_room: Served, conn: Connection
) -> None:
    until(lambda: value(conn, "select count(*) from supaops.dispatch where status_code = 200") > 0)
    with visiting(ticking_room, "vera") as client:
        page = client.get(f"{BASE}/cron").text
    assert "cron says succeeded, the worker answered 200" in page
    assert "Every second" in page


def test_a_job_that_takes_too_long_is_cancelled_and_says_so(
    conn: Connection,
) -> None:
    done = run_by_hand(conn, "select pg_sleep(30)", timedelta(seconds=0.2))
    assert not done.outcome.succeeded
    assert done.outcome.message == "ERROR:  cancelled after 0.2 s"
    assert value(conn, "select 1") == 1
