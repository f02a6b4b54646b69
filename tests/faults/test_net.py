"""Faults of the checks ``net.*``."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from supaops.status import Severity
from tests.faults.conftest import HEALTHY, broken
from tests.faults.fault import Fault, Scene, judge, sql
from tests.faults.matrix import assert_told
from tests.faults.posting import (
    NEWEST,
    over_tls,
    to,
    to_the_disabled,
    to_the_failing,
    to_the_silent,
    to_worker,
    to_worker_signed,
)
from tests.faults.processes import gone

pytestmark = pytest.mark.stack

QUEUED = (
    "insert into net.http_request_queue (id, method, url, headers, timeout_milliseconds)"
    " values (-1, 'POST', 'http://127.0.0.1:9', '{}', 1000);"
)


def dispatched(age: str, request: int, **columns: str) -> str:
    """Return the statement that has a post of this age as the newest of the ledger."""
    values = {
        "id": str(NEWEST),
        "backend_pid": "1",
        "request_id": str(request),
        "created_at": f"now() - interval '{age}'",
        **columns,
    }
    names = ", ".join(values)
    return (
        f"insert into supaops.dispatch ({names}) overriding system value"
        f" values ({', '.join(values.values())});"
    )


FAULTS = (
    Fault(
        "net.worker",
        "pg_net's worker is gone",
        Severity.CRITICAL,
        gone("pg_net%"),
        observed="not running",
    ),
    Fault(
        "net.queue",
        "more requests wait than pg_net sends in a batch",
        Severity.WARNING,
        sql(
            "insert into net.http_request_queue (method, url, headers, timeout_milliseconds)"
            " select 'GET', 'http://127.0.0.1:9', '{}', 1000 from generate_series(1, 300)"
        ),
        observed=" waiting",
    ),
    Fault(
        "net.stalled",
        "pg_net does not send the post of a tick",
        Severity.CRITICAL,
        sql(QUEUED + dispatched("5 minutes", -1)),
        observed="a post has waited for 300 s",
    ),
    Fault(
        "net.triggers",
        "somebody put a trigger on the answers",
        Severity.CRITICAL,
        sql(
            "create trigger theirs before update on net._http_response"
            " for each row execute function suppress_redundant_updates_trigger()"
        ),
        observed="trigger theirs on net._http_response",
    ),
    Fault(
        "net.triggers",
        "somebody's table refers to pg_net's queue",
        Severity.CRITICAL,
        sql(
            "alter table net.http_request_queue add constraint their_unique unique (id);"
            "create unlogged table public.theirs"
            " (id bigint constraint their_key references net.http_request_queue (id))"
        ),
        observed="foreign key their_key",
    ),
    Fault(
        "net.no_evidence",
        "a crash has emptied pg_net's tables before an answer was copied",
        Severity.UNKNOWN,
        sql(dispatched("2 minutes", -1)),
        observed="a post without an answer",
    ),
    Fault(
        "net.timeout",
        "the worker accepts the connection and never answers",
        Severity.CRITICAL,
        to_the_silent,
        observed="Timeout of 300 ms reached",
    ),
    Fault(
        "net.dns",
        "the worker's host name does not resolve",
        Severity.CRITICAL,
        to("http://nowhere.invalid/api/jobs/run"),
        observed="Could not resolve hostname",
    ),
    Fault(
        "net.refused",
        "nothing listens at the worker's port",
        Severity.CRITICAL,
        to("http://127.0.0.1:1/api/jobs/run"),
        observed="Could not connect to server",
    ),
    Fault(
        "net.tls",
        "the endpoint says https, and the worker speaks plain HTTP",
        Severity.CRITICAL,
        over_tls,
        observed="SSL connect error",
    ),
    Fault(
        "net.credential",
        "the worker has another secret",
        Severity.CRITICAL,
        to_worker(secret="another"),
        observed="HTTP 401",
    ),
    Fault(
        "net.credential",
        "a post is signed with another secret",
        Severity.CRITICAL,
        to_worker_signed("another"),
        observed="HTTP 401",
    ),
    Fault(
        "net.credential",
        "the worker's clock is an hour behind that of the database that signs",
        Severity.CRITICAL,
        to_worker_signed(age=-3600),
        observed="HTTP 401",
    ),
    Fault(
        "net.not_found",
        "the worker does not know the endpoint's path",
        Severity.CRITICAL,
        to_worker("/old"),
        observed="HTTP 404",
    ),
    Fault(
        "net.foreign_database",
        "the worker works on another database",
        Severity.CRITICAL,
        to_worker(headers={"x-supaops-dispatch": "1", "x-supaops-nonce": "another"}),
        observed="HTTP 409",
    ),
    Fault(
        "net.server_error",
        "the worker fails",
        Severity.CRITICAL,
        to_the_failing,
        observed="HTTP 500",
    ),
    Fault(
        "net.server_error",
        "the worker was started with JOB_QUEUE_DISABLED",
        Severity.CRITICAL,
        to_the_disabled,
        observed="HTTP 503: job processing is disabled",
    ),
    Fault(
        "net.last_answer",
        "the worker refuses the body of the post",
        Severity.CRITICAL,
        to_worker(body=["no object"]),
        observed="HTTP 400",
    ),
    Fault(
        "net.failures",
        "many of the latest posts failed, but not the newest",
        Severity.CRITICAL,
        sql(
            "insert into supaops.dispatch"
            " (id, backend_pid, request_id, status_code, responded_at) overriding system value"
            f" select {NEWEST} - n, 1, -n, case when n = 1 then 200 else 500 end, now()"
            " from generate_series(1, 40) as n"
        ),
        observed="of the latest",
    ),
    Fault(
        "net.harvest",
        "nobody has copied an answer for two hours",
        Severity.WARNING,
        sql(
            dispatched("2 hours", -1)
            + "insert into net._http_response (id, status_code, timed_out, created)"
            " values (-1, 200, false, now() - interval '2 hours')"
        ),
        observed="one has waited for 7200 s",
    ),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.check}: {fault.name}")
def test_a_fault_turns_its_check_and_no_other(
    scene: Scene, fault: Fault, record_property: Callable[[str, object], None]
) -> None:
    assert_told(scene, fault, record_property)


def test_why_a_signed_post_was_refused_is_in_the_workers_log_which_the_check_names(
    scene: Scene,
) -> None:
    overlay = f"{HEALTHY}\nworker: {{auth: signature}}\n"
    fault = Fault("net.credential", "", Severity.CRITICAL, to_worker_signed(age=3600), overlay)
    with broken(scene, fault):
        found = {each.id: each for each in judge(scene)}
    assert "look at the worker's log for `refused with 401`" in found["net.credential"].fix
    assert found["security.net_readers"].observed == "posts are signed: no header holds the secret"
    log = (scene.project.folder / "serve.log").read_text()
    assert re.search(r"refused with 401: signed 36\d\d s ago by this clock", log)
    assert "the clocks of database and worker differ" in log
