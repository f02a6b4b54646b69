"""The strip of runs: what each mark says, and in which order they stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from supaops.db.pages.cron import HandRun, Run
from supaops.web.pages.cron.marks import failures_in_a_row, strip

NOW = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)


def run(
    number: int, outcome: str | None = "ok", http: int | None = 200, status: str = "succeeded"
) -> Run:
    at = NOW + timedelta(minutes=number)
    message = "ERROR:  no such table\nDETAIL: nothing"
    return Run(1, number, status, message, at, 0.25, http, outcome, None)


def by_hand(number: float) -> HandRun:
    at = NOW + timedelta(minutes=number)
    return HandRun(
        job="job",
        ended_at=at,
        actor="otto",
        reason="a try",
        succeeded=True,
        message="1 row",
        took_s=0.5,
        http_outcome="ok",
        http_status=200,
        claimed=3,
    )


@pytest.mark.parametrize(
    ("outcome", "http", "kind", "told"),
    [
        ("ok", 200, "ok", "cron says succeeded, the worker answered 200"),
        ("http error", 503, "bad", "cron says succeeded, the worker answered 503"),
        ("timed out", None, "bad", "cron says succeeded, the worker did not answer in time"),
        ("no connection", None, "bad", "cron says succeeded, no connection to the worker"),
        ("pending", None, "running", "cron says succeeded, its post is on its way"),
        (
            "no evidence",
            None,
            "unknown",
            "cron says succeeded, nobody knows what the worker answered",
        ),
        (None, None, "ok", "cron says succeeded"),
    ],
)
def test_what_cron_calls_a_success_is_judged_by_the_answer(
    outcome: str | None, http: int | None, kind: str, told: str
) -> None:
    [mark] = strip([run(1, outcome, http)], [])
    assert (mark.kind, mark.told) == (kind, told)
    assert mark.title == f"2026-11-27 18:01:00: {told}, took 250 ms"


def test_a_run_that_failed_says_why_in_one_line() -> None:
    [mark] = strip([run(1, None, None, "failed")], [])
    assert (mark.kind, mark.told) == ("failed", "cron says failed: ERROR:  no such table")


def test_a_run_by_hand_stands_in_its_place_with_who_began_it() -> None:
    marks = strip([run(3), run(2), run(1)], [by_hand(2.5)])
    assert [mark.by for mark in marks] == [None, "otto", None, None]
    assert "by hand, by otto; succeeded, the worker answered 200 and took 3 jobs" in marks[1].title


def test_a_run_that_never_began_stands_before_the_one_after_it() -> None:
    lost = Run(1, 2, "failed", "job startup timeout", None, None, None, None, None)
    marks = strip([run(3), lost, run(1)], [])
    assert [mark.key for mark in marks] == ["r3", "r2", "r1"]
    assert marks[1].title.startswith("never started: ")


def test_failures_in_a_row_end_with_a_run_that_went_well() -> None:
    runs = [run(5, "http error", 500), run(4, "idle", None), run(3, None, None, "failed"), run(2)]
    assert failures_in_a_row(strip([*runs, run(1, "http error", 500)], [])) == 2
