"""The post to the worker, the ledger of its answers, and the history beside pg_cron's."""

from __future__ import annotations

from datetime import timedelta
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
    answer(stack, 7003, 200, ago="50 ms")
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
