"""The schedule parser under strings that nobody would write."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from supaops.config.schedule import ScheduleError, parse_schedule
from supaops.config.ticks import next_ticks
from tests.property.schedules import crontabs

START = datetime(2026, 11, 24, tzinfo=UTC)


@given(st.text() | crontabs())
def test_any_text_is_parsed_or_refused(text: str) -> None:
    with suppress(ScheduleError):
        parse_schedule(text)


@given(crontabs())
def test_ticks_rise_and_fit_the_fields(text: str) -> None:
    with suppress(ScheduleError):
        ticks = next_ticks(text, START, 3)
        assert ticks == sorted(set(ticks))
        assert all(tick > START for tick in ticks)
        schedule = parse_schedule(text)
        if not schedule.seconds:
            assert all(tick.minute in schedule.minutes for tick in ticks)
            assert all(tick.hour in schedule.hours for tick in ticks)


@given(crontabs())
def test_what_runs_without_doubt_has_a_next_tick(text: str) -> None:
    with suppress(ScheduleError):
        schedule = parse_schedule(text)
        if not schedule.doubt and not schedule.at_start:
            assert next_ticks(text, START, 1)
