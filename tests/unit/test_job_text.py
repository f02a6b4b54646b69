"""How jobs, selections and pauses look: at 80 columns, in a pipe, and without their payloads."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from supaops.errors import SupaopsError
from supaops.jobs.bulk import Outcome
from supaops.jobs.pausing import How, Pause
from supaops.jobs.resuming import to_end
from supaops.jobs.selection import JobRow, Selection
from supaops.jobs.verb import CANCEL, REPLAY, RETRY
from supaops.report.bulk import outcome_lines, selection_lines
from supaops.report.jobs import job_lines, next_page_lines
from supaops.report.pauses import paused_lines
from supaops.report.times import distance

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
ROW = JobRow(
    id=7,
    task_type="game_platform_sync",
    queue="default",
    status="failed",
    priority=0,
    attempts=5,
    max_attempts=5,
    worker="host:1#2",
    dedup_key=None,
    last_error="upstream\nsaid  503 " + "and more " * 20,
    version=3,
    run_at=NOW,
    created_at=NOW - timedelta(hours=3),
    started_at=NOW - timedelta(hours=2),
    completed_at=NOW - timedelta(hours=1),
)
CRON = Pause("*", "*", How.CRON, "x", None, NOW, "ann", ("job_queue_worker",))
FLAG = Pause("default", "*", How.FLAG, "x", None, NOW, "ann")


def test_a_row_is_cut_where_the_terminal_ends_and_nowhere_else() -> None:
    _, narrow = job_lines([ROW], NOW, 80)
    assert len(narrow.plain) == 80
    assert narrow.plain.startswith(
        " 7  failed  game_platform_sync  default  5/5    1h ago  upstream"
    )
    _, whole = job_lines([ROW], NOW, None)
    assert "said 503 and more" in whole.plain
    assert whole.plain.endswith("and more")
    assert "host:1#2" in whole.plain


def test_an_empty_list_is_its_head() -> None:
    [head] = job_lines([], NOW, 80)
    assert head.plain.split() == [
        "id",
        "status",
        "task",
        "type",
        "queue",
        "tries",
        "when",
        "last",
        "error",
    ]
    assert list(next_page_lines([], 20)) == []


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0s ago"), (-59, "59s ago"), (-3600, "1h ago"), (90, "in 1m"), (200_000, "in 2d")],
)
def test_a_distance_is_in_the_largest_unit_that_fits(seconds: int, told: str) -> None:
    assert distance(NOW + timedelta(seconds=seconds), NOW) == told


def test_a_waiting_job_says_when_it_is_due() -> None:
    waiting = replace(ROW, status="pending", completed_at=None, run_at=NOW + timedelta(minutes=5))
    assert "in 5m" in list(job_lines([waiting], NOW, 80))[1].plain
    late = replace(waiting, run_at=NOW - timedelta(minutes=5))
    assert "due 5m ago" in list(job_lines([late], NOW, 80))[1].plain


def test_a_selection_tells_the_count_what_is_beyond_and_what_is_left() -> None:
    found = Selection(tuple(range(1, 13)), {"failed": 1_200}, {"running, left to its worker": 9})
    assert [line.plain for line in selection_lines(RETRY, found)] == [
        "To retry: 1,200 jobs  failed 1,200",
        "  ids      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ...",
        "  beyond   1,188 jobs: --limit takes the oldest 12 now",
        "  skipped  9 jobs: running, left to its worker",
    ]


def test_an_outcome_adds_what_was_left_before_and_meanwhile() -> None:
    before = Selection((1, 2, 3), {"failed": 3}, {"not there": 1})
    outcome = Outcome(RETRY, (1,), {"not there": 1}, {3: "job 9 holds the dedup_key"}, {})
    assert [line.plain for line in outcome_lines(outcome, before)] == [
        "Retried 1 job, skipped 2 (not there), failed 1.",
        "  x 3  job 9 holds the dedup_key",
    ]


def test_a_verb_says_why_it_leaves_what_it_does_not_take() -> None:
    assert RETRY.why_left("running") == "running, left to its worker"
    assert CANCEL.why_left("succeeded") == "succeeded already"
    assert REPLAY.why_left(None) == "not there"


def test_only_a_flag_says_that_it_ends_by_itself() -> None:
    later = NOW + timedelta(hours=2)
    flag = " ".join(line.plain for line in paused_lines(replace(FLAG, until=later), "test"))
    cron = " ".join(line.plain for line in paused_lines(replace(CRON, until=later), "test"))
    assert "ends by itself at 2026-11-27 14:00:00 UTC" in flag
    assert "does not end by itself: resume it by 2026-11-27 14:00:00 UTC" in cron
    assert "an apply leaves it so" in cron


def test_a_resume_ends_exactly_what_it_names() -> None:
    assert to_end([CRON, FLAG], "test", None, None) == ([CRON], [FLAG])
    assert to_end([CRON, FLAG], "test", "default", None) == ([FLAG], [CRON])
    assert to_end([], "test", None, None) == ([], [])
    with pytest.raises(SupaopsError, match="queue mail is not paused") as caught:
        to_end([FLAG], "test", "mail", None)
    assert caught.value.hint == "supaops resume --env test --queue default"
