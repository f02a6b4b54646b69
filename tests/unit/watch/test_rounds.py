"""When the next round begins."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice

from supaops.checks.round import Round
from supaops.watch.rounds import rounds

ROUND = Round(datetime(2026, 11, 27, tzinfo=UTC), [], 0.0)


def waits(interval_s: float, number: int) -> list[float]:
    """Return what is waited before each of the next rounds."""
    waited: list[float] = []
    list(islice(rounds(lambda: ROUND, interval_s, waited.append), number + 1))
    return waited


def test_what_a_round_took_is_not_waited_again() -> None:
    assert all(4 < each <= 5 for each in waits(5, 2))


def test_a_round_that_took_too_long_is_followed_at_once_and_never_overlapped() -> None:
    assert waits(0, 2) == [0, 0]
