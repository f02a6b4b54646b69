"""Which hop of the chain is called broken, by what the database shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from supaops.config import load
from supaops.db.smoke import LiveCronJob, Row, Trace
from supaops.errors import SupaopsError
from supaops.jobs.hops import Hop, Journey, hops
from supaops.jobs.smoke import SmokeResult, require_tick
from supaops.report.smoke import hop_line, smoke_json, verdict_lines
from tests.projects import ROOT

CONFIG = load(ROOT / "ops" / "config" / "job_queue.yaml", "local")
START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
EVERY_MINUTE = {"job_queue_worker": LiveCronJob("* * * * *", active=True)}


def later(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


RUN: Row = {"runid": 7, "status": "succeeded", "return_message": "1 row", "start_time": later(2)}
DISPATCH: Row = {
    "request_id": 9,
    "created_at": later(2.5),
    "is_queued": False,
    "status_code": 200,
    "error": None,
    "responded_at": later(4),
}
JOB: Row = {
    "status": "succeeded",
    "started_at": later(3),
    "completed_at": later(3.5),
    "worker": "host:1#3",
    "last_error": None,
}
UNCLAIMED: Row = {**JOB, "status": "pending", "started_at": None, "completed_at": None}
UNANSWERED: Row = {**DISPATCH, "status_code": None, "responded_at": None}


SKIPPING = CONFIG.model_copy(
    update={"worker": CONFIG.worker.model_copy(update={"skip_when_idle": True})}
)


def test_a_tick_that_found_nothing_ready_points_at_the_pauses() -> None:
    seen = Trace(UNCLAIMED, RUN, None, 0)
    *_, last = hops(Journey(SKIPPING, seen, START, EVERY_MINUTE))
    assert (last.name, last.ok, last.failed) == ("request", False, False)
    assert last.cause == "the run found no job ready: the job's queue may be paused"
    assert last.fix == "select * from supaops.pause"


@pytest.mark.parametrize(
    ("held", "given_up"),
    [("disarmed by the operator: a move", [True]), ("disarmed by the guard: refused", [False])],
)
def test_a_tick_that_was_not_to_post_tells_why_and_whether_to_wait(
    held: str, given_up: list[bool]
) -> None:
    seen = Trace(UNCLAIMED, RUN, None, 0, held)
    *_, last = hops(Journey(CONFIG, seen, START, EVERY_MINUTE))
    assert (last.name, last.ok, [last.failed]) == ("request", False, given_up)
    assert last.cause == f"the run was not to post: this database is {held}"
    assert last.fix == "supaops verify --env local"


def journey(
    job: Row | None = JOB,
    run: Row | None = RUN,
    dispatch: Row | None = DISPATCH,
    cron_jobs: dict[str, LiveCronJob] | None = None,
    backlog: int = 0,
) -> Journey:
    known = EVERY_MINUTE if cron_jobs is None else cron_jobs
    return Journey(CONFIG, Trace(job, run, dispatch, backlog), START, known)


def test_a_job_that_made_it_has_six_hops_with_the_time_between_them() -> None:
    found = hops(journey())
    assert [(hop.name, hop.latency) for hop in found] == [
        ("enqueue", timedelta()),
        ("cron tick", timedelta(seconds=2)),
        ("request", timedelta(seconds=0.5)),
        ("claim", timedelta(seconds=0.5)),
        ("success", timedelta(seconds=0.5)),
        ("answer", timedelta(seconds=0.5)),
    ]
    assert all(hop.ok for hop in found)


def test_a_tick_that_was_under_way_takes_no_time_from_the_hops_around_it() -> None:
    _, tick, request, *_ = hops(journey(run={**RUN, "start_time": later(-1)}))
    assert (tick.latency, request.latency) == (timedelta(), timedelta(seconds=2.5))


@pytest.mark.parametrize(
    ("seen", "name", "cause", "failed"),
    [
        ({"run": None}, "cron tick", "pg_cron started no run in time", False),
        ({"run": None, "cron_jobs": {}}, "cron tick", "not in pg_cron", True),
        (
            {
                "run": None,
                "cron_jobs": {"job_queue_worker": LiveCronJob("* * * * *", active=False)},
            },
            "cron tick",
            "job_queue_worker is not active",
            True,
        ),
        (
            {"run": {**RUN, "status": "failed", "return_message": "ERROR: no\n"}},
            "cron tick",
            "run 7 failed: ERROR: no",
            True,
        ),
        ({"run": {**RUN, "start_time": None}}, "cron tick", "run 7 has not started", False),
        ({"dispatch": None, "job": UNCLAIMED}, "request", "posted nothing yet", False),
        (
            {"dispatch": {**UNANSWERED, "is_queued": True}, "job": UNCLAIMED, "backlog": 3},
            "net queue",
            "3 requests wait",
            False,
        ),
        ({"dispatch": UNANSWERED, "job": UNCLAIMED}, "answer", "no answer to request 9", False),
        ({"job": UNCLAIMED}, "claim", "it may be paused", False),
        (
            {"dispatch": {**DISPATCH, "status_code": 401}, "job": UNCLAIMED},
            "answer",
            "HTTP 401: the worker refused the secret",
            True,
        ),
        (
            {"dispatch": {**UNANSWERED, "error": "Couldn't connect"}, "job": UNCLAIMED},
            "answer",
            "no HTTP answer: Couldn't connect",
            True,
        ),
        (
            {"dispatch": {**DISPATCH, "status_code": 502}},
            "answer",
            "HTTP 502: the worker did not accept the call",
            True,
        ),
        ({"dispatch": UNANSWERED}, "answer", "no answer to request 9 was recorded", False),
        ({"job": None}, "claim", "deleted meanwhile", True),
        ({"job": {**JOB, "status": "running"}}, "success", "still running", False),
        (
            {"job": {**JOB, "status": "failed", "last_error": "boom"}},
            "success",
            "the job failed: boom",
            True,
        ),
    ],
)
def test_the_first_hop_not_passed_is_named_with_cause_and_remedy(
    seen: dict[str, Any],
    name: str,
    cause: str,
    failed: bool,  # noqa: FBT001  a column of the table
) -> None:
    *passed, last = hops(journey(**seen))
    assert all(hop.ok for hop in passed)
    assert (last.ok, last.name, last.failed) == (False, name, failed)
    assert cause in last.cause
    assert last.fix


@pytest.mark.parametrize("seconds", [60, 90])
def test_a_smoke_test_waits_for_a_tick_that_is_due(seconds: int) -> None:
    require_tick(EVERY_MINUTE, START, timedelta(seconds=seconds))


def test_a_tick_that_is_not_due_is_told_before_anything_is_enqueued() -> None:
    hourly = {"job_queue_worker": LiveCronJob("30 * * * *", active=True)}
    with pytest.raises(SupaopsError, match="the next is at 2026-01-31 12:30:00 UTC") as caught:
        require_tick(hourly, START, timedelta(seconds=90))
    assert caught.value.hint == "run it again with --timeout 1830"


@pytest.mark.parametrize("jobs", [{}, {"x": LiveCronJob("30 * * * *", active=False)}])
def test_jobs_that_are_missing_or_inactive_are_left_to_the_hops(
    jobs: dict[str, LiveCronJob],
) -> None:
    require_tick(jobs, START, timedelta(seconds=1))


def result(*found: Hop) -> SmokeResult:
    return SmokeResult("local", 42, "a-b-c", found, 200)


def test_the_text_of_a_success_sums_the_latencies() -> None:
    *_, last = verdict_lines(result(*hops(journey())))
    assert last.plain == "The chain works: HTTP 200, 4000 ms end to end."


def test_the_text_of_a_broken_hop_ends_with_the_remedy() -> None:
    lines = [line.plain for line in verdict_lines(result(*hops(journey(run=None))))]
    assert lines[0].startswith("  x  cron tick ")
    assert lines[0].endswith("  pg_cron started no run in time")
    assert lines[-2] == "Broken at cron tick."
    assert lines[-1].startswith("  fix: select cron.alter_job(jobid, active := active) from cron")


def test_every_hop_of_a_success_is_one_aligned_line() -> None:
    lines = [hop_line(hop).plain for hop in hops(journey())]
    assert {line.index(" ms  ") for line in lines} == {21}


def test_json_holds_latency_in_milliseconds_or_cause_and_fix() -> None:
    answer = smoke_json(result(*hops(journey(dispatch=None, job=UNCLAIMED))))
    assert answer["ok"] is False
    assert answer["hops"][1] == {
        "name": "cron tick",
        "ok": True,
        "latency_ms": 2000,
        "detail": "run 7",
    }
    assert answer["hops"][2]["cause"] == "the run posted nothing yet"
    assert answer["hops"][2]["fix"]
