"""The table of the benchmarks says what was measured, and what was not."""

from __future__ import annotations

import pytest

from benchmarks.figures import Figure, Gap, Void, proven, rows
from benchmarks.table import table

MEASURED = [
    Figure("drain", "textbook", "jobs/s", 900.0),
    Figure("drain", "supaops", "jobs/s", 500.0),
    Figure("plan", "supaops", "ms", 9.64),
    Figure("drain", "supaops", "jobs/s", 400.0),
    Figure("drain", "textbook", "jobs/s", 1000.0),
    Figure("drain", "supaops", "jobs/s", 60_000.0),
    Figure("drain", "textbook", "jobs/s", 1100.0),
    Figure("empty", "textbook", "jobs/s", 0.0),
    Figure("empty", "supaops", "jobs/s", 1.0),
]
SKIPPED = Gap("drain", "graphile-worker", "skipped", "run scripts/bench-peers, or make bench")


def test_rows_keep_all_values_in_the_order_of_measuring_ours_first() -> None:
    found = [(row.name, row.system, row.values) for row in rows(MEASURED)]
    assert found[:3] == [
        ("drain", "supaops", (500.0, 400.0, 60_000.0)),
        ("drain", "textbook", (900.0, 1000.0, 1100.0)),
        ("plan", "supaops", (9.64,)),
    ]


def test_the_ratio_is_our_median_by_the_other_and_nothing_by_zero() -> None:
    assert [row.ours for row in rows(MEASURED)] == [1.0, 0.5, 1.0, 1.0, None]


def test_the_table_shows_median_lowest_and_highest_in_eighty_columns() -> None:
    lines = table(rows(MEASURED), [SKIPPED]).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[2].split() == ["drain", "textbook", "1,000", "900", "1,100", "0.5", "jobs/s"]
    assert lines[3].split() == ["plan", "supaops", "9.64", "9.64", "9.64", "1", "ms"]


def test_the_table_says_what_was_skipped_and_what_to_do_once_for_all_rounds() -> None:
    lines = table(rows(MEASURED), [SKIPPED, SKIPPED]).splitlines()
    told = " ".join(" ".join(lines[6:]).split())
    assert told == "drain graphile-worker skipped: run scripts/bench-peers, or make bench"


def test_jobs_that_were_each_done_once_prove_a_figure() -> None:
    proven("x", expected=10, reported=10, left=0)


@pytest.mark.parametrize(
    ("reported", "left"),
    [
        pytest.param(9, 0, id="a-worker-lost-one"),
        pytest.param(11, 0, id="one-was-done-twice"),
        pytest.param(10, 1, id="one-is-still-there"),
    ],
)
def test_a_lost_or_doubled_job_voids_a_figure(reported: int, left: int) -> None:
    with pytest.raises(Void, match=f"x did {reported} of 10 jobs and holds {left}"):
        proven("x", expected=10, reported=reported, left=left)
