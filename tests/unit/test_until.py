"""When a pause ends, or a job runs, as an operator types it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from supaops.errors import UsageError
from supaops.jobs.until import parse_moment

NOW = datetime(2026, 11, 27, 12, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2h", datetime(2026, 11, 27, 14, 30, 15, tzinfo=UTC)),
        ("1d12h", datetime(2026, 11, 29, 0, 30, 15, tzinfo=UTC)),
        ("18:00", datetime(2026, 11, 27, 18, tzinfo=UTC)),
        ("9:05", datetime(2026, 11, 28, 9, 5, tzinfo=UTC)),
        ("12:30", datetime(2026, 11, 28, 12, 30, tzinfo=UTC)),
        ("2026-12-01T18:00+02:00", datetime(2026, 12, 1, 16, tzinfo=UTC)),
        ("2026-12-01T18:00Z", datetime(2026, 12, 1, 18, tzinfo=UTC)),
        ("2026-12-01 18:00-05:00", datetime(2026, 12, 1, 23, tzinfo=UTC)),
    ],
)
def test_a_duration_a_time_of_day_and_an_iso_time_are_moments_in_utc(
    text: str, moment: datetime
) -> None:
    found = parse_moment(text, NOW, "--until")
    assert (found, found.tzinfo) == (moment, UTC)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2026-11-27T12:00Z", "2026-11-27 12:00 UTC has passed"),
        ("2026-12-01T18:00", "has no zone"),
        ("2026-12-01", "has no zone"),
        ("24:00", "expected a time or a duration"),
        ("0s", "expected a time or a duration"),
        ("-2h", "expected a time or a duration"),
        ("", "expected a time or a duration"),
        ("tomorrow", "expected a time or a duration"),
    ],
)
def test_anything_else_names_the_option_and_what_is_expected(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told) as caught:
        parse_moment(text, NOW, "--until")
    assert caught.value.place == "--until"
    assert caught.value.hint
