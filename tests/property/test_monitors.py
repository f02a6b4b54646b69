"""A monitor of Sentry expects a run exactly when pg_cron starts one."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice

from cronsim import CronSim
from hypothesis import assume, example, given, reject, settings
from hypothesis import strategies as st

from supaops.config.monitors import Unwatchable, sentry_schedule
from supaops.config.schedule import ScheduleError, parse_schedule
from supaops.config.ticks import next_ticks

START = datetime(2027, 1, 30, 5, 7, tzinfo=UTC)
TICKS = 25


def fields(low: int, high: int, *others: str) -> st.SearchStrategy[str]:
    """Return fields of a crontab: stars, steps, numbers, ranges, and lists of them."""
    number = st.integers(low, high)
    spans = st.tuples(number, number).map(lambda pair: f"{min(pair)}-{max(pair)}")
    steps = st.tuples(st.sampled_from(["*", f"{low}-{high}"]), st.integers(1, 9))
    stepped = steps.map(lambda pair: f"{pair[0]}/{pair[1]}")
    parts = st.one_of(st.just("*"), number.map(str), spans, stepped)
    whole = st.lists(parts, min_size=1, max_size=2).map(",".join)
    return st.one_of(st.just("*"), whole, st.sampled_from(others)) if others else whole


CRONTABS = st.tuples(
    fields(0, 59), fields(0, 23), fields(1, 31, "$"), fields(1, 12, "jan"), fields(0, 7, "sun")
).map(" ".join)


@settings(max_examples=300)
@given(CRONTABS)
@example("0 0 $ * *")
@example("0 0 $ * 1")
@example("*/5 1-3 */2 * mon")
@example("0 0 1-31 * 1")
@example("0 0 */2 * */2")
@example("@monthly")
def test_a_monitor_expects_the_runs_that_pg_cron_starts(schedule: str) -> None:
    try:
        assume(not parse_schedule(schedule).doubt)
        told = sentry_schedule(schedule)
    except (ScheduleError, Unwatchable):
        reject()
    expected = next_ticks(schedule, START, TICKS)
    assume(len(expected) == TICKS)
    assert list(islice(CronSim(told["value"], START), TICKS)) == expected
