"""The post to the worker, the ledger of its answers, and the history beside pg_cron's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import LiteralString
from uuid import uuid4

import psycopg
import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.db.calls import column, value

ENDPOINT = "http://127.0.0.1:9/api/jobs/run"
SECRET = "a secret that no error may show"


@pytest.fixture
def configured(queue: Connection) -> Connection:
    """Return a queue whose Vault holds endpoint and secret, with nothing asked or answered."""
    queue.execute("delete from net.http_request_queue")
    queue.execute("delete from net._http_response")
    queue.execute("select vault.create_secret(%s, 'job_queue_worker_endpoint')", [ENDPOINT])
    queue.execute("select vault.create_secret(%s, 'job_queue_runner_secret')", [SECRET])
    return queue


def answer(stack: Stack, request_id: int, status: int | None, **columns: object) -> None:
    """Record an answer as pg_net's worker does."""
    row = {"error_msg": None, "timed_out": False, "content": "{}", "ago": "0 s", **columns}
    with connect(stack.admin_url) as admin:
        admin.execute(
            "insert into net._http_response"
            " (id, status_code, error_msg, timed_out, content, created)"
            " values (%(id)s, %(status)s, %(error_msg)s, %(timed_out)s, %(content)s,"
            " clock_timestamp() - %(ago)s::interval)",
            {"id": request_id, "status": status, **row},
        )


def test_a_trigger_posts_the_limit_with_the_secret_and_the_dispatch(configured: Connection) -> None:
    with configured.transaction(force_rollback=True):
        request_id = value(configured, "select job_queue_trigger_worker()")
        [row] = configured.execute("select * from net.http_request_queue").fetchall()
        [dispatch] = configured.execute("select * from supaops.dispatch").fetchall()
    assert (row["id"], row["url"], row["timeout_milliseconds"]) == (request_id, ENDPOINT, 5000)
    assert bytes(row["body"]) == b'{"limit": 10}'
    assert row["headers"] == {
        "Content-Type": "application/json",
        "x-job-runner-secret": SECRET,
        "x-supaops-dispatch": str(dispatch["id"]),
        "x-supaops-nonce": dispatch["nonce"],
    }
    assert len(dispatch["nonce"]) == len(str(uuid4()))
    assert dispatch["request_id"] == request_id
    assert dispatch["backend_pid"] == configured.info.backend_pid


@pytest.mark.parametrize("name", ["job_queue_worker_endpoint", "job_queue_runner_secret"])
def test_a_missing_secret_fails_by_its_name_and_shows_no_value(
    configured: Connection, name: str
) -> None:
    configured.execute("delete from vault.secrets where name = %s", [name])
    with pytest.raises(psycopg.Error) as caught:
        configured.execute("select job_queue_trigger_worker()")
    assert caught.value.sqlstate == "JQ005"
    assert caught.value.diag.message_primary == f"Vault has no value for the secret '{name}'"
    assert SECRET not in str(caught.value)
    assert ENDPOINT not in str(caught.value)
    assert value(configured, "select count(*) from supaops.dispatch") == 0


def dispatched(db: Connection, request_id: int, ago: str = "0 s") -> int:
    """Record a post and return its dispatch id."""
    dispatch_id: int = value(
        db,
        "insert into supaops.dispatch (request_id, backend_pid, created_at)"
        " values (%s, pg_backend_pid(), clock_timestamp() - %s::interval) returning id",
        request_id,
        ago,
    )
    return dispatch_id


@pytest.mark.parametrize(
    ("status", "columns", "outcome"),
    [
        (200, {}, "ok"),
        (204, {}, "ok"),
        (401, {}, "http error"),
        (503, {}, "http error"),
        (None, {"timed_out": True, "error_msg": "Timeout of 5000 ms reached"}, "timed out"),
        (None, {"error_msg": "Couldn't connect to server"}, "no connection"),
    ],
)
def test_an_outcome_is_told_before_and_after_the_harvest(
    configured: Connection,
    stack: Stack,
    status: int | None,
    columns: dict[str, object],
    outcome: str,
) -> None:
    dispatched(configured, 7001, ago="1 s")
    answer(stack, 7001, status, **columns)
    before = configured.execute("select * from job_queue_dispatch_history").fetchall()
    assert value(configured, "select supaops.harvest_responses()") == 1
    assert value(configured, "select supaops.harvest_responses()") == 0
    configured.execute("delete from net._http_response")
    after = configured.execute("select * from job_queue_dispatch_history").fetchall()
    assert before == after
    assert (after[0]["outcome"], after[0]["status_code"]) == (outcome, status)
    assert timedelta(0) < after[0]["latency"] < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("ago", "outcome"), [("2 s", "pending"), ("2 min", "no evidence"), ("9 h", "no evidence")]
)
def test_a_post_without_an_answer_is_never_ok(
    configured: Connection, ago: str, outcome: str
) -> None:
    dispatched(configured, 7002, ago=ago)
    assert column(configured, "select outcome from job_queue_dispatch_history") == [outcome]


def test_an_answer_older_than_the_post_belongs_to_an_earlier_request_of_that_number(
    configured: Connection, stack: Stack
) -> None:
    dispatched(configured, 1)
    answer(stack, 1, 200, ago="1 h")
    assert value(configured, "select supaops.harvest_responses()") == 0
    assert column(configured, "select outcome from job_queue_dispatch_history") == ["pending"]


def test_an_answer_that_was_stamped_just_before_its_post_is_not_lost(
    configured: Connection, stack: Stack
) -> None:
    """pg_net's stamp is the start of its batch, and a post may join that a moment later."""
    dispatched(configured, 7003)
    answer(stack, 7003, 200)
    with connect(stack.admin_url) as admin:
        admin.execute(
            "update net._http_response as r set created = d.created_at - interval '50 ms'"
            "  from supaops.dispatch as d where d.request_id = r.id and r.id = 7003"
        )
    told = "select outcome, latency from job_queue_dispatch_history"
    assert configured.execute(told).fetchone() == {"outcome": "ok", "latency": timedelta(0)}
    assert value(configured, "select supaops.harvest_responses()") == 1
    assert configured.execute(told).fetchone() == {"outcome": "ok", "latency": timedelta(0)}


def test_an_answer_goes_to_the_latest_post_of_its_number(
    configured: Connection, stack: Stack
) -> None:
    dispatched(configured, 1, ago="1 h")
    dispatched(configured, 1, ago="1 s")
    answer(stack, 1, 200)
    configured.execute("select supaops.harvest_responses()")
    assert column(configured, "select outcome from job_queue_dispatch_history order by id") == [
        "no evidence",
        "ok",
    ]


def test_a_trigger_harvests_what_was_answered_since(configured: Connection, stack: Stack) -> None:
    dispatched(configured, 7003, ago="1 s")
    answer(stack, 7003, 200)
    with configured.transaction():
        configured.execute("select job_queue_trigger_worker()")
    assert (
        value(configured, "select status_code from supaops.dispatch where request_id = 7003") == 200
    )


def cron_run(stack: Stack, pid: int, command: str, ago: str) -> None:
    """Record a run as pg_cron does."""
    with connect(stack.admin_url) as admin:
        admin.execute(
            "insert into cron.job_run_details"
            " (jobid, runid, job_pid, database, username, command, status, return_message,"
            "  start_time, end_time)"
            " select 1, coalesce(max(runid), 0) + 1, %(pid)s, 'postgres', 'postgres', %(command)s,"
            " 'succeeded', '1 row', clock_timestamp() - %(ago)s::interval,"
            " clock_timestamp() - %(ago)s::interval + interval '50 ms' from cron.job_run_details",
            {"pid": pid, "command": command, "ago": ago},
        )


def test_a_cron_run_stands_beside_the_answer_of_its_own_post(
    configured: Connection, stack: Stack
) -> None:
    configured.execute("delete from cron.job_run_details")
    pid = configured.info.backend_pid
    command = 'select "public"."job_queue_trigger_worker"()'
    for n, ago in enumerate(("30 min", "20 min", "10 min")):
        cron_run(stack, pid, command, ago)
        if n < 2:
            dispatched(configured, 8000 + n, ago=ago)
    answer(stack, 8000, 200, ago="29 min")
    answer(stack, 8001, 401, ago="19 min")
    cron_run(stack, pid + 1, "select 1", "5 min")
    rows = configured.execute("select * from job_queue_cron_history order by runid").fetchall()
    assert [(row["request_id"], row["http_status"], row["http_outcome"]) for row in rows] == [
        (8000, 200, "ok"),
        (8001, 401, "http error"),
        (None, None, "no evidence"),
        (None, None, None),
    ]
    assert {row["cron_status"] for row in rows} == {"succeeded"}
    configured.execute("delete from cron.job_run_details")


CLAIMED = [
    ('{"claimed": 3, "succeeded": 2}', 3),
    ('{"claimed": 0}', 0),
    ("", None),
    ("OK", None),
    ("<html>503</html>", None),
    ('{"claimed": ', None),
    ('{"ok": true}', None),
    ("null", None),
    ("[1, 2]", None),
    ('["claimed"]', None),
    ('{"claimed": "3"}', None),
    ('{"claimed": 1.5}', None),
    ('{"claimed": -1}', None),
    ('{"claimed": 4e9}', None),
    ('{"claimed": 1e999999}', None),
    ('{"claimed": {"claimed": 3}}', None),
    ('{"claimed": 3}' + " " * 2_000, None),
    ("[" * 2_000, None),
]
"""Answers of workers, and of whatever else an endpoint may lead to."""


@pytest.mark.parametrize(("content", "claimed"), CLAIMED)
def test_the_jobs_that_a_worker_claimed_are_told_before_and_after_the_harvest(
    configured: Connection, stack: Stack, content: str, claimed: int | None
) -> None:
    told = "select claimed from job_queue_dispatch_history"
    dispatched(configured, 7001, ago="1 s")
    answer(stack, 7001, 200, content=content)
    assert column(configured, told) == [claimed]
    assert value(configured, "select supaops.harvest_responses()") == 1
    assert column(configured, told) == [claimed]


@pytest.mark.parametrize(
    ("status", "columns"), [(500, {"content": '{"claimed": 3}'}), (200, {"content": None})]
)
def test_an_error_and_an_empty_answer_tell_of_no_claim(
    configured: Connection, stack: Stack, status: int, columns: dict[str, object]
) -> None:
    dispatched(configured, 7001, ago="1 s")
    answer(stack, 7001, status, **columns)
    assert value(configured, "select supaops.harvest_responses()") == 1
    assert column(configured, "select claimed from supaops.dispatch") == [None]


POSTING = 'select "public"."job_queue_trigger_worker"()'
TOLD = "select request_id, cron_runid from supaops.dispatch order by id"


def told_runs(db: Connection) -> list[tuple[int, int | None]]:
    """Harvest, and return each request with the run that made it."""
    db.execute("select supaops.harvest_responses()")
    return [(row["request_id"], row["cron_runid"]) for row in db.execute(TOLD)]


def test_a_harvest_tells_of_each_post_which_run_made_it(
    configured: Connection, stack: Stack
) -> None:
    configured.execute("delete from cron.job_run_details")
    for request, ago in ((8000, "30 min"), (8001, "20 min"), (8002, "10 min")):
        dispatched(configured, request, ago=ago)
    assert told_runs(configured) == [(8000, None), (8001, None), (8002, None)]
    pid = configured.info.backend_pid
    cron_run(stack, pid, POSTING, "30 min")
    cron_run(stack, pid + 1, POSTING, "20 min")  # another process
    cron_run(stack, pid, POSTING, "10 min")
    assert told_runs(configured) == [(8000, 1), (8001, None), (8002, 3)]
    configured.execute("delete from cron.job_run_details")
    assert told_runs(configured) == [(8000, 1), (8001, None), (8002, 3)]


def long_past(db: Connection) -> None:
    """Record twenty thousand posts and as many runs, of which nothing is left to tell."""
    db.execute("delete from cron.job_run_details")
    db.execute(
        "insert into cron.job_run_details"
        " (jobid, runid, job_pid, username, command, status, start_time, end_time)"
        " select 1, n, n, 'postgres', 'x', 'succeeded', t, t"
        " from generate_series(1, 20000) n, lateral (select now() - (20001 - n) * '1 s'::interval)"
        " x (t)"
    )
    db.execute(
        "insert into supaops.dispatch"
        " (request_id, backend_pid, created_at, responded_at, status_code, cron_runid)"
        " select r.runid, r.job_pid, r.start_time, r.end_time, 200, r.runid"
        " from cron.job_run_details r order by r.runid"
    )
    db.execute("analyze cron.job_run_details, supaops.dispatch")


def rows_read(db: Connection) -> int:
    """Return how many rows of the ledger and of pg_cron's history were ever read."""
    db.execute("select pg_stat_force_next_flush()")
    count: int = value(
        db,
        "select sum(seq_tup_read + idx_tup_fetch) from pg_stat_user_tables"
        " where relid in ('cron.job_run_details'::regclass, 'supaops.dispatch'::regclass)",
    )
    return count


def test_of_a_long_past_a_harvest_looks_only_at_the_newest(
    configured: Connection, stack: Stack
) -> None:
    long_past(configured)
    dispatched(configured, 30_000)
    cron_run(stack, configured.info.backend_pid, POSTING, "0 s")
    before = rows_read(configured)
    assert told_runs(configured)[-1] == (30_000, 20_001)
    assert rows_read(configured) - before < 25_000  # told_runs reads the whole ledger once
    before = rows_read(configured)
    configured.execute("select supaops.harvest_responses()")
    assert rows_read(configured) - before < 4_000
    configured.execute("delete from cron.job_run_details")


@pytest.mark.parametrize(
    "latest",
    [
        "select * from job_queue_dispatch_history order by id desc limit 20",
        "select * from job_queue_dispatch_history order by created_at desc limit 20",
        "select * from job_queue_cron_history order by runid desc limit 20",
    ],
)
def test_of_a_long_past_the_latest_is_read_without_the_rest(
    configured: Connection, latest: LiteralString
) -> None:
    long_past(configured)
    before = rows_read(configured)
    assert len(configured.execute(latest).fetchall()) == 20
    assert rows_read(configured) - before < 200
    configured.execute("delete from cron.job_run_details")


def test_a_post_that_somebody_holds_is_not_waited_for(
    configured: Connection, stack: Stack, another: Callable[[], Connection]
) -> None:
    configured.execute("delete from cron.job_run_details")
    dispatched(configured, 8000, ago="10 min")
    cron_run(stack, configured.info.backend_pid, POSTING, "10 min")
    other = another()
    warnings: list[str] = []
    configured.add_notice_handler(lambda notice: warnings.append(notice.message_primary or ""))
    with other.transaction():
        other.execute("select from supaops.dispatch for update")
        configured.execute("set lock_timeout = '1s'")
        assert told_runs(configured) == [(8000, None)]
    assert warnings == []
    assert told_runs(configured) == [(8000, 1)]
    configured.execute("delete from cron.job_run_details")


def test_a_run_shows_no_post_that_another_run_is_known_to_have_made(
    configured: Connection, stack: Stack
) -> None:
    """Process numbers come again, and a quick one may come again within a second."""
    configured.execute("delete from cron.job_run_details")
    for _ in range(2):
        cron_run(stack, configured.info.backend_pid, POSTING, "10 min")
    dispatched(configured, 8000, ago="10 min")
    configured.execute("update supaops.dispatch set cron_runid = 2")
    history = "select request_id from job_queue_cron_history order by runid"
    assert column(configured, history) == [None, 8000]
    configured.execute("delete from cron.job_run_details")
