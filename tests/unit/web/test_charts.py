"""Charts from what was read of some slots."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from supaops.db.pages.charts import Counts, Durations, Event, Failures, History
from supaops.errors import UsageError
from supaops.web.charts.chart import Chart
from supaops.web.charts.history import activity, charts, numbered
from supaops.web.charts.windows import labelled, window
from supaops.web.rendering import environment

NOW = datetime(2026, 11, 27, 0, 30, tzinfo=UTC)
HOUR = window("1h")
SLOTS = HOUR.slots(NOW)


def drawn(**known: object) -> dict[str, Chart]:
    nothing: dict[str, object] = dict.fromkeys(("counts", "durations", "failures", "errors"), ())
    history = History(**{**nothing, "failures_since": None, "events": (), **known})  # type: ignore[arg-type]  # as the test says
    return {chart.topic.key: chart for chart in charts(history, HOUR, SLOTS)}


def event(minutes_ago: int) -> Event:
    at = NOW - timedelta(minutes=minutes_ago)
    return Event(at, "ada", "pause", "queue:mail", None, "mail is down")


def test_a_slot_that_nobody_counted_is_a_gap_and_no_zero() -> None:
    counted = [Counts(n, 5, None, 3, 0, 0) for n in range(60) if n not in {10, 11, 30}]
    chart = drawn(counts=counted)["throughput"]
    width = (chart.right - 58) / 60
    assert [round(gap.width / width) for gap in chart.gaps] == [2, 1]
    assert [row.cells[0] for row in chart.rows[9:12]] == ["3", "not known", "not known"]


def test_of_nothing_nothing_is_drawn_but_failures_which_are_none() -> None:
    empty = {key: chart.is_empty for key, chart in drawn().items()}
    assert empty == {
        "throughput": True,
        "failures": False,
        "wait": True,
        "run": True,
        "backlog": True,
    }


def test_failures_before_those_that_were_counted_are_not_known() -> None:
    since = SLOTS.start + timedelta(minutes=20, seconds=30)
    rows = drawn(failures=[Failures(25, 4, 1)], failures_since=since)["failures"].rows
    assert rows[20].cells == ("not known", "not known")
    assert rows[21].cells == ("0", "0")
    assert rows[25].cells == ("4", "1")


def test_a_curve_is_named_where_it_ends() -> None:
    times = [Durations(n, 9, (1.0, 2.0 + n), (None, None)) for n in range(40)]
    p95, p50 = (line for line in drawn(durations=times)["wait"].lines if line.kind != "longest")
    ends = [float(line.parts[-1].rsplit(",", 1)[1]) for line in (p95, p50)]
    assert [line.label_at and round(line.label_at.y, 1) for line in (p95, p50)] == ends


def test_events_have_the_numbers_of_their_marks() -> None:
    events = (event(1), event(20), event(55))
    chart = drawn(events=events)["backlog"]
    assert [mark.label for mark in chart.marks] == ["1", "2", "3"]
    assert [number for number, _event in numbered(events)] == [3, 2, 1]
    assert chart.marks[0].at < chart.marks[1].at < chart.marks[2].at


def test_events_close_to_each_other_share_a_mark() -> None:
    chart = drawn(events=tuple(event(n) for n in range(3)))["failures"]
    assert [mark.label for mark in chart.marks] == ["1-3"]


def test_a_day_begins_with_its_date_on_the_axis() -> None:
    assert "Nov 27" in [label for _at, label in labelled(SLOTS, HOUR.tick)]


def test_an_unknown_window_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="there is no window 2h") as raised:
        window("2h")
    assert raised.value.hint == "one of 1h, 6h, 24h, 7d"


def test_a_strip_is_a_picture_with_its_numbers_in_words() -> None:
    counted = [Counts(n, 5, None, 3, 1, 0) for n in range(60)]
    macros = environment().get_template("parts/chart.html.j2").module
    told = str(macros.strip(activity(counted, HOUR, SLOTS), "/charts"))  # type: ignore[attr-defined]  # a macro
    assert 'preserveAspectRatio="none"' in told
    assert "succeeded <b>180</b>" in told
    assert "style" not in told
    nothing = str(macros.strip(activity([], HOUR, SLOTS)))  # type: ignore[attr-defined]  # a macro
    assert "Nothing is known of the last hour." in nothing
    assert "<svg" not in nothing
