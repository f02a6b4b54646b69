"""The table of the benchmarks says what was measured."""

from __future__ import annotations

from benchmarks.figures import Figure, rows, table

MEASURED = [
    Figure("drain", "supaops", "jobs/s", 500.0),
    Figure("drain", "textbook", "jobs/s", 900.0),
    Figure("plan", "supaops", "ms", 9.64),
    Figure("drain", "supaops", "jobs/s", 400.0),
    Figure("drain", "textbook", "jobs/s", 1000.0),
    Figure("drain", "supaops", "jobs/s", 60_000.0),
    Figure("drain", "textbook", "jobs/s", 1100.0),
]


def test_rows_keep_all_values_in_the_order_of_measuring() -> None:
    found = [(row.name, row.system, row.values) for row in rows(MEASURED)]
    assert found == [
        ("drain", "supaops", (500.0, 400.0, 60_000.0)),
        ("drain", "textbook", (900.0, 1000.0, 1100.0)),
        ("plan", "supaops", (9.64,)),
    ]


def test_a_ratio_is_of_medians_and_only_where_there_is_a_baseline() -> None:
    assert [row.ratio for row in rows(MEASURED)] == [0.5, 1.0, None]


def test_the_table_shows_median_lowest_and_highest_in_eighty_columns() -> None:
    lines = table(rows(MEASURED)).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[1].split() == ["drain", "supaops", "500", "400", "60,000", "0.50", "jobs/s"]
    assert lines[3].split() == ["plan", "supaops", "9.6", "9.6", "9.6", "ms"]
