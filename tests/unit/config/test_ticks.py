"""When a schedule next runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from supaops.config.schedule import ScheduleError
from supaops.config.ticks import next_ticks

START = datetime(2026, 11, 24, 20, 32, 16, tzinfo=UTC)  # a Tuesday

NEXT = {
    "* * * * *": ["2026-11-24 20:33:00", "2026-11-24 20:34:00", "2026-11-24 20:35:00"],
    "30 seconds": ["2026-11-24 20:32:46", "2026-11-24 20:33:16", "2026-11-24 20:33:46"],
    "@hourly": ["2026-11-24 21:00:00", "2026-11-24 22:00:00", "2026-11-24 23:00:00"],
    "15 3 * * *": ["2026-11-25 03:15:00", "2026-11-26 03:15:00", "2026-11-27 03:15:00"],
    "0 0 $ * *": ["2026-11-30 00:00:00", "2026-12-31 00:00:00", "2027-01-31 00:00:00"],
    "@weekly": ["2026-11-29 00:00:00", "2026-12-06 00:00:00", "2026-12-13 00:00:00"],
    "0 0 29 2 *": ["2028-02-29 00:00:00", "2032-02-29 00:00:00", "2036-02-29 00:00:00"],
    # either day when neither field starts with a star
    "0 0 1 * mon": ["2026-11-30 00:00:00", "2026-12-01 00:00:00", "2026-12-07 00:00:00"],
    # both days when one of them does
    "0 0 */2 * mon": ["2026-12-07 00:00:00", "2026-12-21 00:00:00", "2027-01-11 00:00:00"],
    "0 0 $ * sat": ["2026-11-28 00:00:00", "2026-11-30 00:00:00", "2026-12-05 00:00:00"],
    "@reboot": [],
    "@yearly": [],
    "0 0 30 2 *": [],
}


@pytest.mark.parametrize(("schedule", "expected"), NEXT.items(), ids=NEXT)
def test_the_next_three_ticks(schedule: str, expected: list[str]) -> None:
    ticks = next_ticks(schedule, START, 3)
    assert [f"{tick:%Y-%m-%d %H:%M:%S}" for tick in ticks] == expected


def test_a_tick_at_the_very_moment_is_past() -> None:
    midnight = datetime(2026, 11, 25, tzinfo=UTC)
    assert next_ticks("@daily", midnight, 1) == [midnight + timedelta(days=1)]


def test_ticks_are_in_utc_whatever_the_zone_asked_in() -> None:
    asked = datetime(2026, 11, 25, 0, 30, tzinfo=timezone(timedelta(hours=5)))
    (tick,) = next_ticks("0 20 * * *", asked, 1)
    assert tick == datetime(2026, 11, 24, 20, tzinfo=UTC)
    assert tick.tzinfo is UTC


def test_the_calendar_may_end() -> None:
    assert next_ticks("@daily", datetime(9999, 12, 31, 12, tzinfo=UTC), 3) == []
    assert next_ticks("9 seconds", datetime.max.replace(tzinfo=UTC), 3) == []


def test_a_schedule_that_pg_cron_refuses_has_no_ticks() -> None:
    with pytest.raises(ScheduleError):
        next_ticks("60 seconds", START, 1)
