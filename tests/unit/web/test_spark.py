"""A line the size of a word."""

from __future__ import annotations

import pytest

from supaops.web.charts.spark import HEIGHT, spark
from supaops.web.rendering import environment


def test_a_sparkline_is_parted_where_a_value_is_not_known() -> None:
    shape = spark([1, 2, None, 3, 4])
    assert len(shape.lines) == 2
    assert [len(points.split()) for points in shape.lines] == [2, 2]


def test_a_value_between_two_unknown_ones_is_a_dot() -> None:
    shape = spark([None, 3, None, 1, 2])
    assert next(dot.y for dot in shape.dots) == 2.0


@pytest.mark.parametrize("values", [[], [None], [0, 0]])
def test_a_sparkline_of_nothing_is_flat_or_empty(values: list[float | None]) -> None:
    assert {dot.y for dot in spark(values).dots} <= {HEIGHT - 2}


def test_the_latest_value_has_a_dot_and_the_picture_a_name() -> None:
    module = environment().get_template("parts/chart.html.j2").module
    drawn = str(module.sparkline([1, 5, 2], "runs < 3 s"))  # type: ignore[attr-defined]  # a macro
    assert drawn.count("<circle") == 1
    assert 'aria-label="runs &lt; 3 s"' in drawn
    assert "style" not in drawn
