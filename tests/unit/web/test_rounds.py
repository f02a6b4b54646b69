"""When the checks are run for those who look at the control room."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from supaops.checks.round import Round
from supaops.web.rounds import FLOOR_S, FRESH_S, Rounds
from tests.waiting import until

LONGEST = timedelta(seconds=30)
NO_TIME = timedelta(0)
LONG_ENOUGH = timedelta(seconds=20)


class Slow:
    """Makes rounds that end when they are let, or are cancelled."""

    def __init__(self) -> None:
        self.begun: list[bool] = []
        self.cancelled = threading.Event()
        self.let = threading.Semaphore(0)

    def look(self, *, anew: bool) -> Round:
        self.begun.append(anew)
        while not (self.let.acquire(timeout=0.01) or self.cancelled.is_set()):
            pass
        return Round(datetime.now(UTC), [], 0.0)

    def cancel(self) -> None:
        self.cancelled.set()


class Watch:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def looker() -> Slow:
    return Slow()


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def rounds(looker: Slow, watch: Watch) -> Iterator[Rounds]:
    with Rounds(looker, LONGEST, watch) as rounds:
        yield rounds


def make_one(rounds: Rounds, looker: Slow) -> None:
    before = rounds.version
    rounds.standing()
    looker.let.release()
    until(lambda: rounds.version > before)


def test_nothing_is_looked_at_before_somebody_looks(rounds: Rounds, looker: Slow) -> None:
    assert (rounds.version, looker.begun) == (0, [])


def test_the_first_look_begins_a_round_and_waits_for_none(rounds: Rounds) -> None:
    standing = rounds.standing()
    assert (standing.done, standing.age_s, standing.running_s) == (None, None, 0.0)


def test_many_who_look_at_once_share_one_round(rounds: Rounds, looker: Slow) -> None:
    for _ in range(5):
        rounds.standing()
    until(lambda: looker.begun)
    assert looker.begun == [False]


def test_a_round_that_ended_is_another_version_and_is_kept(rounds: Rounds, looker: Slow) -> None:
    make_one(rounds, looker)
    standing = rounds.standing()
    assert rounds.version == 1
    assert standing.done is not None
    assert standing.running_s is None


def test_the_next_round_begins_when_somebody_looks_at_an_old_one(
    rounds: Rounds, looker: Slow, watch: Watch
) -> None:
    make_one(rounds, looker)
    watch.now += FRESH_S - 1
    assert rounds.standing().running_s is None
    watch.now += 1
    standing = rounds.standing()
    assert standing.done is not None
    assert standing.age_s == FRESH_S
    assert standing.running_s == 0.0


def test_a_round_is_made_anew_for_who_asks_but_not_a_moment_after_the_last(
    rounds: Rounds, looker: Slow, watch: Watch
) -> None:
    make_one(rounds, looker)
    assert not rounds.again()
    watch.now += FLOOR_S
    assert rounds.again()
    assert not rounds.again()
    until(lambda: len(looker.begun) == 2)
    assert looker.begun == [False, True]


def test_a_round_that_hangs_is_told_and_not_followed_by_another(
    rounds: Rounds, looker: Slow, watch: Watch
) -> None:
    rounds.standing()
    watch.now += LONGEST.total_seconds() + 6
    assert rounds.standing().is_late
    assert not rounds.again()
    assert len(looker.begun) == 1


def test_who_needs_a_fresh_round_waits_for_it(rounds: Rounds, looker: Slow) -> None:
    looker.let.release()
    assert rounds.fresh(LONG_ENOUGH) is not None


def test_who_waits_for_a_round_that_does_not_end_gets_none(rounds: Rounds) -> None:
    assert rounds.fresh(NO_TIME) is None


def test_nobody_gets_an_old_round_for_a_fresh_one(
    rounds: Rounds, looker: Slow, watch: Watch
) -> None:
    make_one(rounds, looker)
    watch.now += FRESH_S
    assert rounds.fresh(NO_TIME) is None


def test_a_round_that_is_being_made_ends_with_the_application(looker: Slow, watch: Watch) -> None:
    with Rounds(looker, LONGEST, watch) as rounds:
        rounds.standing()
        until(lambda: looker.begun)
    assert [each.name for each in threading.enumerate() if each.name == "checks"] == []
    rounds.standing()
    assert len(looker.begun) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_round_that_breaks_is_followed_by_others(watch: Watch) -> None:
    class Broken(Slow):
        def look(self, *, anew: bool) -> Round:
            super().look(anew=anew)
            raise RuntimeError

    looker = Broken()
    with Rounds(looker, LONGEST, watch) as rounds:
        make_one(rounds, looker)
        assert rounds.standing().done is None
        watch.now += FRESH_S
        make_one(rounds, looker)
    assert len(looker.begun) == 2
