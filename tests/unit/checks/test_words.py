"""Spans of time and numbers in words."""

from __future__ import annotations

import pytest

from supaops.checks.words import number, span


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 s"),
        (0.0042, "4 ms"),
        (0.9999, "1 s"),
        (1, "1 s"),
        (61, "1 min 1 s"),
        (3600, "1 h"),
        (3599.7, "1 h"),
        (90061, "1 d 1 h"),
        (86_400 * 400, "400 d"),
    ],
)
def test_a_span_has_its_two_largest_units(seconds: float, shown: str) -> None:
    assert span(seconds) == shown


def test_a_number_has_its_noun_in_the_right_form() -> None:
    assert [number(n, "job") for n in (0, 1, 2000)] == ["0 jobs", "1 job", "2,000 jobs"]
