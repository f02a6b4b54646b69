"""A schedule in words says what pg_cron makes of it, and not what is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from supaops.config.ticks import ticks_between
from supaops.web.pages.cron.words import in_words

START = datetime(2026, 1, 31, tzinfo=UTC)

WORDS = {
    "* * * * *": "Every minute",
    "*/5 * * * *": "Every 5 minutes",
    "15 3 * * *": "At 03:15",
    "*/7 * * * *": "At 0, 7, 14, 21, 28, 35, 42, 49 and 56 minutes past the hour",
    "10-50/10 9-17 * * 1-5": (
        "At 10, 20, 30, 40 and 50 minutes past the hour, from 09:00 to 17:50, "
        "only on Monday to Friday"
    ),
    "0 */2 * * *": "Every 2 hours",
    "0 */5 * * *": "At 00:00, 05:00, 10:00, 15:00 and 20:00",
    "*/10 */12 * * *": "Every 10 minutes, in the hours 00 and 12",
    "0 0 * * 6,7": "At 00:00, only on Sunday and Saturday",
    "0 0 1 * 1": "At 00:00, on day 1 of the month, and on Monday",
    "0 0 1-7 * *": "At 00:00, on days 1 to 7 of the month",
    "0 0 13 * */5": "At 00:00, on day 13 of the month, if that falls on Sunday and Friday",
    "0 0 1-31 * 1": "At 00:00",
    "0 0 1 * 0-6": "At 00:00",
    "0 0 $ 2 *": "At 00:00, on the last day of the month, only in February",
    "0 0 29 2 *": "At 00:00, on day 29 of the month, only in February",
    "0 0 31 2 *": "Never",
    "@hourly": "Every hour",
    "@weekly": "At 00:00, only on Sunday",
    "@yearly": "Never",
    "@reboot": "Once, when pg_cron's scheduler starts",
    "1 second": "Every second",
    "30 seconds": "Every 30 seconds",
    "60 seconds": "Refused by pg_cron: the interval must be 1 to 59 seconds",
}


@pytest.mark.parametrize("schedule", WORDS)
def test_a_schedule_is_told_as_pg_cron_reads_it(schedule: str) -> None:
    assert in_words(schedule) == WORDS[schedule]


def test_the_days_that_the_words_name_are_those_of_the_ticks() -> None:
    named: dict[str, Callable[[datetime], bool]] = {
        "0 0 1 * 1": lambda day: day.day == 1 or day.isoweekday() == 1,
        "0 0 13 * */5": lambda day: day.day == 13 and day.isoweekday() in (5, 7),
        "0 0 1-31 * 1": lambda _day: True,
        "0 0 1 * 0-6": lambda _day: True,
        "0 0 * * 6,7": lambda day: day.isoweekday() in (6, 7),
        "0 0 $ 2 *": lambda day: day.month == 2 and (day + timedelta(days=1)).day == 1,
    }
    year = [START + timedelta(days=number) for number in range(1, 366)]
    for schedule, is_named in named.items():
        ticks = ticks_between(schedule, START, year[-1])
        assert ticks == [day for day in year if is_named(day)], schedule
