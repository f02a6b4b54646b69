"""When a worker that nobody posts to looks for jobs, and how many it claims ahead."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from supaops.worker.streaming.pace import FIRST_PAUSE_S, Lasting, UntilEmpty
from supaops.worker.streaming.rate import AHEAD_S, Rate

INTERVAL = timedelta(seconds=1)
POLL = timedelta(seconds=5)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Lasting:
    return Lasting(interval=INTERVAL, poll=POLL, clock=clock)


def look(pace: Lasting, clock: Clock, found: int = 0, asked: int = 10) -> float:
    """Look when it is due; return how long that took to come."""
    pause_s = pace.pause_s
    clock.now += pause_s
    pace.looked(asked, found)
    return pause_s


def test_it_looks_at_once_while_there_is_as_much_as_it_asks_for(
    pace: Lasting, clock: Clock
) -> None:
    assert [look(pace, clock, found=10) for _ in range(3)] == [0, 0, 0]


def test_after_a_find_that_may_have_been_all_it_looks_again_in_a_moment(
    pace: Lasting, clock: Clock
) -> None:
    look(pace, clock, found=3)
    assert pace.pause_s == pytest.approx(FIRST_PAUSE_S)


def test_pauses_grow_up_to_the_poll(pace: Lasting, clock: Clock) -> None:
    pauses = [look(pace, clock) for _ in range(200)]
    assert all(later > 0.99 * earlier for earlier, later in pairwise(pauses))
    assert pauses[-1] == pytest.approx(POLL.total_seconds())


def test_for_an_interval_after_a_wake_up_the_pauses_stay_short(pace: Lasting, clock: Clock) -> None:
    for _ in range(200):
        look(pace, clock)
    pace.wake()
    woken_at = clock.now
    assert pace.pause_s == 0
    pauses = []
    while clock.now < woken_at + 0.9:
        pauses.append(look(pace, clock))
    assert max(pauses) <= 0.05, "a twentieth of the interval"


def test_a_wake_up_while_it_waits_makes_the_next_look_due(pace: Lasting, clock: Clock) -> None:
    for _ in range(200):
        look(pace, clock)
    assert pace.pause_s > 1
    pace.wake()
    assert pace.pause_s == 0


def test_no_pause_is_longer_than_a_short_poll(clock: Clock) -> None:
    pace = Lasting(interval=timedelta(minutes=1), poll=timedelta(seconds=0.05), clock=clock)
    assert max(look(pace, clock) for _ in range(50)) == pytest.approx(0.05)


def test_until_empty_is_over_when_a_look_finds_nothing() -> None:
    pace = UntilEmpty()
    pace.looked(10, 3)
    assert (pace.pause_s, pace.is_over) == (0, False)
    pace.looked(10, 0)
    assert pace.is_over


def test_nothing_is_claimed_ahead_of_slow_jobs(clock: Clock) -> None:
    rate = Rate(clock)
    for _ in range(50):
        clock.now += 3
        rate.count(1)
    assert rate.ahead == 0


def test_of_fast_jobs_as_many_are_claimed_ahead_as_begin_soon(clock: Clock) -> None:
    rate = Rate(clock)
    for _ in range(200):
        clock.now += 0.01
        rate.count(10)
    assert rate.ahead == pytest.approx(1000 * AHEAD_S, rel=0.05)


def test_nothing_is_claimed_ahead_after_a_rest(clock: Clock) -> None:
    rate = Rate(clock)
    for _ in range(200):
        clock.now += 0.01
        rate.count(10)
    clock.now += 5
    rate.count(0)
    assert rate.ahead == 0
