"""Numbers at an axis and in a table."""

from __future__ import annotations

import pytest

from supaops.web.charts.scale import Unit, exact, short, ticks


@pytest.mark.parametrize(
    ("most", "unit", "labels"),
    [
        (0, Unit.JOBS, ["0", "1"]),
        (3, Unit.JOBS, ["0", "1", "2", "3"]),
        (950, Unit.JOBS, ["0", "500", "1k"]),
        (7_000_000, Unit.JOBS, ["0", "2M", "4M", "6M", "8M"]),
        (0, Unit.SECONDS, ["0", "1 ms"]),
        (0.3, Unit.SECONDS, ["0", "100 ms", "200 ms", "300 ms"]),
        (1.7, Unit.SECONDS, ["0", "500 ms", "1 s", "1.5 s", "2 s"]),
        (45, Unit.SECONDS, ["0", "15 s", "30 s", "45 s"]),
        (80, Unit.SECONDS, ["0", "30 s", "1 min", "90 s"]),
        (5_400, Unit.SECONDS, ["0", "30 min", "1 h", "90 min"]),
        (700_000, Unit.SECONDS, ["0", "5 d", "10 d"]),
    ],
)
def test_an_axis_has_round_numbers(most: float, unit: Unit, labels: list[str]) -> None:
    assert [short(value, unit) for value in ticks(most, unit)] == labels


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0, Unit.JOBS, "0"),
        (12_345, Unit.JOBS, "12,345"),
        (0, Unit.SECONDS, "0 ms"),
        (0.0284, Unit.SECONDS, "28 ms"),
        (28.44, Unit.SECONDS, "28.4 s"),
        (5_400, Unit.SECONDS, "1.5 h"),
        (180_000, Unit.SECONDS, "2.1 d"),
    ],
)
def test_a_table_is_more_exact(value: float, unit: Unit, text: str) -> None:
    assert exact(value, unit) == text
