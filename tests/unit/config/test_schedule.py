"""pg_cron's grammar, oddities included. Each answer was given by a real pg_cron 1.6.5."""

from __future__ import annotations

import pytest

from supaops.config.schedule import Schedule, ScheduleError, parse_schedule

ACCEPTED = [
    "* * * * *",
    "*/5 * * * *",
    "0 0 * * 7",
    "0 0 * * sun",
    "0 0 1 JAN *",
    "0 0 1 jan-mar/2 *",
    "0-59/7,3 1,2,3 1-31/10 * mon-fri",
    "0 0 $ * *",
    "\t0  3 * *\t*",
    "  0 3 * * *  ",
    "* * * * *\n",
    "# comment\n\n* * * * *",
    "007 03 * * *",
    "@hourly",
    "@daily",
    "@midnight",
    "@weekly",
    "@monthly",
    "@reboot",
    "@restart",
    " @daily ",
    "1 second",
    "1 seconds",
    "2 second",
    "30 seconds",
    "59 SECONDS",
    "5seconds",
    "  5  Seconds  ",
    "+5 seconds",
    "05 seconds",
    "\v5 seconds",
]

REFUSED = [
    "",
    " ",
    "#",
    "*",
    "* * * *",
    "60 * * * *",
    "* 24 * * *",
    "* * 0 * *",
    "* * 32 * *",
    "* * * 13 *",
    "* * * 0 *",
    "* * * * 8",
    "-1 * * * *",
    "5/2 * * * *",
    "*/0 * * * *",
    "*/60 * * * *",
    "* */24 * * *",
    "* * * * */8",
    "1, * * * *",
    ",1 * * * *",
    "1- * * * *",
    "1-60 * * * *",
    "* jan * * *",
    "* * * january *",
    "* * * * monday",
    "* * * * 1st",
    "* * L * *",
    "* * $,1 * *",
    "* * $",
    "* * * * $",
    "$ * * * *",
    "? * * * *",
    "*\n* * * *",
    "é * * * *",
    "@",
    "@ daily",
    "@Daily",
    "@dailyx",
    "@every_minute",
    "@daily\r",
    "0 seconds",
    "60 seconds",
    "-5 seconds",
    "5 second ",
    "5 secondss",
    "5 secs",
    "5 minutes",
    "seconds",
    "5.5 seconds",
    "5 seconds x",
    "5 \u017feconds",
    "5\u00a0seconds",
    "* * * * * " + "x" * 990,
]

# What pg_cron accepts and does not do as written.
MISREAD = {
    "* * * * * *": "it ignores what follows the last field",
    "* * * * * select 1": "it ignores what follows the last field",
    "* * * * *\n0 0 * * *": "it ignores what follows the last field",
    "@daily 5": "it ignores what follows the last field",
    "@reboot now": "it ignores what follows the last field",
    "*5 * * * *": "it ignores `5` in the minute",
    "1;2 * * * *": "it ignores `;2` in the minute",
    "1-5-9 * * * *": "it ignores `-9` in the minute",
    "50-10 * * * *": "a range cannot run backwards, as 50-10 does in the minute",
    "0 0 * * fri-sun": "a range cannot run backwards, as 5-0 does in the day of the week",
    "4294967301 * * * *": "`4294967301` overflows in the minute",
    "4294967301 seconds": "it overflows to 5 seconds",
    "-4294967291 seconds": "it overflows to 5 seconds",
    "0 0 31 2,4,6,9,11 *": "it never runs",
    "@yearly": "it accepts @yearly and never runs it",
    "@annually": "it accepts @annually and never runs it",
}


@pytest.mark.parametrize("text", ACCEPTED)
def test_what_pg_cron_accepts_is_accepted_without_doubt(text: str) -> None:
    assert not parse_schedule(text).doubt


@pytest.mark.parametrize("text", REFUSED)
def test_what_pg_cron_refuses_is_refused(text: str) -> None:
    with pytest.raises(ScheduleError):
        parse_schedule(text)


@pytest.mark.parametrize(("text", "doubt"), MISREAD.items())
def test_what_pg_cron_misreads_is_in_doubt(text: str, doubt: str) -> None:
    schedule = parse_schedule(text)
    assert schedule.doubt == doubt
    assert schedule.remedy


def test_an_interval_has_no_fields() -> None:
    assert parse_schedule("30 seconds") == Schedule(seconds=30)


def test_sunday_is_both_0_and_7() -> None:
    assert parse_schedule("0 0 * * 0").weekdays == {0, 7}
    assert parse_schedule("0 0 * * 7").weekdays == {0, 7}
    assert parse_schedule("0 0 * * 5-7").weekdays == {0, 5, 6, 7}


def test_a_step_starts_at_the_lowest_number_of_its_field() -> None:
    schedule = parse_schedule("0 0 */10 */6 *")
    assert schedule.days == {1, 11, 21, 31}
    assert schedule.months == {1, 7}


def test_a_starred_day_with_a_step_still_asks_for_both_days() -> None:
    assert parse_schedule("0 0 */2 * 1").both_days
    assert parse_schedule("0 0 1-31/2 * */2").both_days
    assert not parse_schedule("0 0 1-31/2 * 1").both_days
    assert not parse_schedule("0 0 $ * 1").both_days


def test_a_backward_range_sets_the_bits_that_the_macro_sets() -> None:
    """`bit_nset` fills the first byte from the start and the last byte up to the stop."""
    assert parse_schedule("50-10 * * * *").minutes == {50, 51, 52, 53, 54, 55, 8, 9, 10}
    assert parse_schedule("6-1 * * * *").minutes == set()
    assert parse_schedule("50-10/2 * * * *").minutes == set()
