"""Laws of the charts, whatever their numbers are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supaops.db.pages.slots import Slots
from supaops.web.charts.chart import BOTTOM, LEFT, RIGHT, TOP, Axes, Series, Topic, curves, stacked
from supaops.web.charts.scale import Unit, exact, short, ticks
from supaops.web.charts.shapes import spread
from supaops.web.charts.windows import WINDOWS, Window, labelled

MOMENTS = st.integers(0, 2**32 * 1000).map(
    lambda ms: datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=ms)
)
HOUR = WINDOWS[0]
SLOTS = HOUR.slots(datetime(2026, 11, 27, 18, 7, 9, tzinfo=UTC))
NUMBERS = st.lists(
    st.none() | st.floats(0, 1e12, allow_subnormal=False),
    min_size=SLOTS.count,
    max_size=SLOTS.count,
)
TOPIC = Topic("some", "Some", Unit.JOBS, "")


def about(found: float, expected: float) -> bool:
    return found == pytest.approx(expected, abs=0.01)


@given(MOMENTS, st.sampled_from(WINDOWS))
def test_the_slots_of_a_window_cover_it_side_by_side_and_hold_now(
    now: datetime, window: Window
) -> None:
    slots = window.slots(now)
    starts = slots.starts()
    assert [b - a for a, b in pairwise(starts)] == [slots.size] * (slots.count - 1)
    assert slots.end == starts[-1] + slots.size
    assert slots.index(now) == slots.count - 1
    assert now - slots.start <= slots.size * slots.count


@given(MOMENTS, st.timedeltas(timedelta(-20), timedelta(20)), st.sampled_from(WINDOWS))
def test_a_moment_is_in_the_slot_that_begins_before_it_and_ends_after_it(
    now: datetime, away: timedelta, window: Window
) -> None:
    slots, moment = window.slots(now), now + away
    number = slots.index(moment)
    if number is None:
        assert not slots.start <= moment < slots.end
    else:
        assert slots.starts()[number] <= moment < slots.starts()[number] + slots.size


@given(MOMENTS, st.sampled_from(WINDOWS))
def test_the_labels_of_the_time_axis_are_in_the_window_at_round_times(
    now: datetime, window: Window
) -> None:
    slots = window.slots(now)
    times = [at for at, _label in labelled(slots, window.tick)]
    assert len(times) in {5, 6, 7, 8}
    assert all(
        slots.start < at < slots.end and at.timestamp() % window.tick.total_seconds() == 0
        for at in times
    )


@given(st.floats(0, 1e15), st.sampled_from(Unit))
def test_an_axis_reaches_its_highest_value_by_few_equal_steps(most: float, unit: Unit) -> None:
    found = ticks(most, unit)
    assert 2 <= len(found) <= 5
    assert found[0] == 0
    assert found[-1] >= most or found[-1] == pytest.approx(most)
    assert len({round(b - a, 6) for a, b in pairwise(found)}) == 1
    assert all(short(value, unit) and exact(value, unit) for value in found)


@settings(max_examples=25)
@given(st.tuples(NUMBERS, NUMBERS, NUMBERS))
def test_stacked_bars_stand_on_each_other_and_are_as_high_as_their_sum(
    values: tuple[list[float | None], ...],
) -> None:
    chart = stacked(TOPIC, Axes(HOUR, SLOTS), [Series("a", "a", each) for each in values])
    sums = [sum(value or 0 for value in slot) for slot in zip(*values, strict=True)]
    top = ticks(max(sums), Unit.JOBS)[-1]
    for n in range(SLOTS.count):
        x = LEFT + n * (RIGHT - LEFT) / SLOTS.count
        bars = [bar for bar in chart.bars if about(bar.x, x)]
        assert about(sum(bar.height for bar in bars), sums[n] / top * (BOTTOM - TOP))
        floor = BOTTOM
        for bar in bars:
            assert about(bar.y + bar.height, floor)
            floor = bar.y


@settings(max_examples=15)
@given(st.lists(NUMBERS, min_size=1, max_size=3))
def test_every_shape_is_finite_and_inside_the_plot(values: list[list[float | None]]) -> None:
    series = [Series("a", "a", each) for each in values]
    for chart in (
        stacked(TOPIC, Axes(HOUR, SLOTS), series),
        curves(TOPIC, Axes(HOUR, SLOTS, (SLOTS.start, SLOTS.end)), series),
    ):
        for bar in (*chart.bars, *chart.gaps, *chart.hits):
            assert all(map(isfinite, (bar.x, bar.y, bar.width, bar.height)))
            assert bar.x >= LEFT
            assert bar.x + bar.width <= RIGHT + 0.01
            assert bar.height >= 0
        for line in chart.lines:
            points = [point.split(",") for part in line.parts for point in part.split()]
            assert all(TOP <= float(y) <= BOTTOM and isfinite(float(x)) for x, y in points)
        assert "nan" not in chart.summary


@settings(max_examples=25)
@given(NUMBERS)
def test_a_gap_is_where_nothing_is_known_and_only_there(values: list[float | None]) -> None:
    chart = curves(TOPIC, Axes(HOUR, SLOTS), [Series("a", "a", values)])
    width = (chart.right - LEFT) / SLOTS.count
    blank = sum(value is None for value in values)
    assert about(sum(gap.width for gap in chart.gaps), blank * width)


@given(st.lists(st.floats(0, 100), max_size=4))
def test_labels_keep_their_order_and_their_distance(wanted: list[float]) -> None:
    found = spread(wanted, 15, 0, 100)
    placed = sorted(found)
    assert all(b - a >= 15 - 1e-9 for a, b in pairwise(placed))
    assert all(0 <= at <= 100 for at in found)
    assert sorted(range(len(found)), key=found.__getitem__) == sorted(
        range(len(wanted)), key=wanted.__getitem__
    )


@given(MOMENTS)
def test_slots_that_end_now_are_not_those_that_begin_now(now: datetime) -> None:
    slots = Slots.until(now, timedelta(minutes=1), 3)
    assert slots.index(slots.end) is None
    assert slots.index(slots.start) == 0
