"""Times and intervals as PostgREST writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from supaops.worker.transports.data_api.values import as_interval, interval, moment


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:00:30", 30),
        ("-00:00:01.5", -1.5),
        ("36:00:30.25", 129_630.25),
        ("1 day", 86_400),
        ("1 day 02:03:04", 93_784),
        ("2 days -00:00:01", 172_799),
        ("1 mon", 2_592_000),
        ("1 year 2 mons 3 days 00:00:01", 36_979_201),
        ("PT30S", 30),
        ("PT1M30.5S", 90.5),
        ("P1DT2H", 93_600),
        ("P1Y2M3DT1S", 36_979_201),
        ("P2W", 1_209_600),
        ("PT-1S", -1),
    ],
)
def test_interval_of_either_style_is_read(text: str, seconds: float) -> None:
    assert interval(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["178000000 years", "2562047788:00:54.775807"])
def test_interval_beyond_pythons_is_a_century(text: str) -> None:
    assert interval(text) == timedelta(days=36_525)


@pytest.mark.parametrize("text", ["@ 1 min", "1-2", "soon", "P1X"])
def test_interval_of_another_style_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="no interval"):
        interval(text)


@pytest.mark.parametrize("seconds", [0.25, 30, 90_000.5, 1e9])
def test_interval_comes_back_as_it_went(seconds: float) -> None:
    number, unit = as_interval(timedelta(seconds=seconds)).split()
    assert (float(number), unit) == (seconds, "s")


def test_time_is_read_with_its_zone() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, 678_900, tzinfo=UTC)
    assert moment("2026-01-02T03:04:05.6789+00:00") == at
    assert moment("2026-01-02T05:04:05.6789+02:00") == at


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("infinity", 9999),
        ("-infinity", 1),
        ("10000-01-01T00:00:00+00:00", 9999),
        ("0044-03-15T00:00:00+00:00 BC", 1),
        ("0001-01-01T00:00:00+00:00", 1),
        ("9999-12-31T23:59:59-12:00", 9999),
    ],
)
def test_time_beyond_pythons_is_the_nearest_it_knows(text: str, year: int) -> None:
    assert moment(text).year == year
