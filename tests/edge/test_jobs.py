"""What becomes of jobs in the function, beside what the conformance suite holds every worker to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from supaops import __version__
from supaops.config import Config
from supaops.db.connect import Connection
from tests.edge.conftest import log_of
from tests.edge.serving import Served, serving
from tests.projects import Project
from tests.waiting import until
from tests.worker.queue_rows import row

pytestmark = pytest.mark.stack

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
_ENQUEUE = "select public.job_queue_enqueue(%s, %s, traceparent => %s) as id"


def enqueue(db: Connection, task_type: str, payload: Any = None, trace: str | None = None) -> int:
    """Enqueue one job and return its id."""
    [made] = db.execute(_ENQUEUE, [task_type, Jsonb(payload or {}), trace]).fetchall()
    return int(made["id"])


def claims_of_two(served: Served, db: Connection) -> int:
    """Return how many of two jobs can start at once."""
    db.execute("delete from public.job_queue where status = 'pending' and task_type = 'echo'")
    for _ in range(2):
        enqueue(db, "echo")
    return served.run()["claimed"]


def registered(db: Connection) -> list[dict[str, Any]]:
    return db.execute("select * from supaops.worker").fetchall()


def test_integers_that_a_number_cannot_hold_come_back_digit_by_digit(
    served: Served, db: Connection
) -> None:
    payload = {"n": 12345678901234567890, "least": -(2**70), "safe": 2**53, "x": 0.1, "s": "1e5"}
    job_id = enqueue(db, "echo", payload)
    assert served.run() == {"claimed": 1, "succeeded": 1}
    assert row(db, job_id)["result"] == payload


def test_payload_that_is_nested_deep_harms_nobody_else(served: Served, db: Connection) -> None:
    deep = "[" * 5000 + "]" * 5000
    db.execute("select public.job_queue_enqueue('echo', %s::jsonb)", [f'{{"a": {deep}}}'])
    job_id = enqueue(db, "echo")
    counts = served.run()
    assert counts["claimed"] == 2
    assert row(db, job_id)["status"] == "succeeded"


def test_handler_that_does_not_stop_has_failed_at_its_timeout_and_takes_up_a_slot(
    served: Served, db: Connection
) -> None:
    job_id = enqueue(db, "stubborn")
    assert served.run() == {"claimed": 1, "retried": 1}
    assert row(db, job_id)["last_error"] == "TimeoutError: cut off after its timeout of 0.1 s"
    assert claims_of_two(served, db) == 1
    until(lambda: claims_of_two(served, db) == 2)


def test_discard_behind_another_error_counts(served: Served, db: Connection) -> None:
    job_id = enqueue(db, "wrapped")
    assert served.run() == {"claimed": 1, "failed": 1}
    assert row(db, job_id)["last_error"] == "Discard: no such game"


def test_added_job_that_the_database_refuses_fails_the_attempt_and_no_other_one(
    served: Served, db: Connection
) -> None:
    good, bad = enqueue(db, "spawn"), enqueue(db, "spawn", {"type": "nobodys"})
    assert served.run() == {"claimed": 2, "succeeded": 1, "retried": 1}
    assert row(db, good)["status"] == "succeeded"
    assert row(db, bad)["last_error"].startswith("the result, or a job added with it, was refused:")
    assert "nobodys" in row(db, bad)["last_error"]


def test_added_job_stays_in_the_trace_of_the_one_that_added_it(
    served: Served, db: Connection
) -> None:
    job_id = enqueue(db, "spawn", trace=TRACE)
    assert served.run(1) == {"claimed": 1, "succeeded": 1}
    [added] = db.execute("select id from public.job_queue where id > %s", [job_id]).fetchall()
    assert row(db, added["id"])["traceparent"] == TRACE


def test_function_registers_its_handlers(served: Served, db: Connection) -> None:  # noqa: ARG001  it is there
    until(lambda: bool(registered(db)))
    [worker] = registered(db)
    assert {"echo", "spawn", "supaops_smoke"} <= set(worker["handlers"])
    assert (worker["about"]["kind"], worker["about"]["version"]) == ("edge", __version__)


def test_log_of_a_job_names_it_and_its_request_and_no_payload(
    served: Served, db: Connection
) -> None:
    job_id = enqueue(db, "echo", {"password": "in-the-payload"})
    served.request("POST", headers={"x-request-id": "req-1"})
    lines = [json.loads(each) for each in log_of(served).splitlines() if each.startswith("{")]
    [ended] = [each for each in lines if each.get("job_id") == job_id and "ending" in each]
    assert ended["event"] == f"job {job_id} echo attempt 1: succeeded"
    assert (ended["task_type"], ended["attempt"], ended["request_id"]) == ("echo", 1, "req-1")
    assert "in-the-payload" not in log_of(served)
    assert served.secret not in log_of(served)


def hasty(project: Project, **worker: object) -> Config:
    """Return a config whose answers come soon, and that differs in `worker` otherwise."""
    update = {"timeout": timedelta(seconds=1), **worker}
    config = project.config
    return config.model_copy(update={"worker": config.worker.model_copy(update=update)})


@pytest.fixture
def patient(db: Connection) -> Iterator[Connection]:
    """Let slow jobs take longer than an answer."""
    db.execute("update supaops.task_type set timeout = '20 s' where name = 'slow'")
    yield db
    db.execute("update supaops.task_type set timeout = '2 s' where name = 'slow'")


def test_jobs_at_the_deadline_are_given_back_when_the_yaml_says_so(
    project: Project, patient: Connection
) -> None:
    job_id = enqueue(patient, "slow", {"seconds": 15})
    with serving(hasty(project, on_deadline="give_back"), project.environ) as served:
        assert served.run() == {"claimed": 1, "given_back": 1}
    assert (row(patient, job_id)["status"], row(patient, job_id)["attempts"]) == ("pending", 0)


def test_instance_that_the_platform_ends_gives_its_jobs_back(
    project: Project, db: Connection
) -> None:
    job_id = enqueue(db, "unload")
    with serving(project.config, project.environ) as served:
        assert served.run()["claimed"] == 1
        until(lambda: row(db, job_id)["status"] == "pending", seconds=5)
        late = served.request("POST")
        assert "the platform ends this instance: wall_clock" in log_of(served)
    assert row(db, job_id)["attempts"] == 0
    assert (late.status_code, late.json()) == (503, {"error": "the worker is shutting down"})


def test_lease_is_kept_for_as_long_as_a_job_runs(project: Project, patient: Connection) -> None:
    job_id = enqueue(patient, "slow", {"seconds": 2.2})
    config = hasty(project)
    lease = config.queue.model_copy(update={"lease": timedelta(seconds=1)})
    with serving(config.model_copy(update={"queue": lease}), project.environ) as served:
        assert served.run() == {"claimed": 1, "running": 1}
        until(lambda: is_done_by_nobody_else(patient, job_id), seconds=5)


def is_done_by_nobody_else(db: Connection, job_id: int) -> bool:
    """Try to take a job over, and tell whether it is done."""
    assert db.execute("select * from public.job_queue_claim(1, 'the other')").fetchall() == []
    return bool(row(db, job_id)["status"] == "succeeded")


def test_sigterm_lets_running_jobs_end(project: Project, patient: Connection) -> None:
    job_id = enqueue(patient, "slow", {"seconds": 1.2})
    with serving(hasty(project), project.environ) as served:
        assert served.run() == {"claimed": 1, "running": 1}
        served.process.terminate()
        assert served.process.wait(10) == 0
    assert row(patient, job_id)["status"] == "succeeded"


def test_job_of_a_moment_later_is_done_without_another_post(served: Served, db: Connection) -> None:
    assert served.run(linger_ms=2000) == {}
    job_id = enqueue(db, "echo")
    until(lambda: row(db, job_id)["status"] == "succeeded", seconds=2)
