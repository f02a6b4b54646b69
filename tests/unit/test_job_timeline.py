"""The life of a job: waits and attempts in their order, none of which took less than no time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supaops.db.selection import Attempt
from supaops.web.pages.job.timeline import SHOWN, WIDTH, Life, bars, lasted, steps

START = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
FIRST = datetime(1, 1, 2, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def attempt(number: int, began: float, ended: float | None, outcome: str = "failed") -> Attempt:
    return Attempt(number, "host:1", at(began), None if ended is None else at(ended), outcome, None)


def life(status: str, *attempts: Attempt, run_at: float = 0, ended: float | None = None) -> Life:
    done = None if ended is None else at(ended)
    return Life(status, START, at(run_at), done, attempts, len(attempts))


def texts(what: Life, now: float) -> list[str]:
    return [step.text for step in steps(what, at(now))]


def test_a_job_that_was_tried_twice_tells_each_wait_and_each_run() -> None:
    made = life("succeeded", attempt(1, 4, 34), attempt(2, 44, 46, "succeeded"), ended=46)
    assert texts(made, 60) == [
        "Created",
        "Waited 4.0 s",
        "Attempt 1 ran 30 s, failed",
        "Waited 10 s",
        "Attempt 2 ran 2.0 s, succeeded",
        "Ended: succeeded",
    ]


def test_a_running_job_ends_with_its_present_attempt() -> None:
    made = life("running", attempt(1, 1, None, "running"))
    assert texts(made, 13)[-1] == "Attempt 1 has run for 12 s"


@pytest.mark.parametrize(
    ("run_at", "told"),
    [
        (90, ["Waits for its time, 30 s left"]),
        (0, ["Ready for 60 s"]),
        (20, ["Waited 20 s", "Ready for 40 s"]),
    ],
)
def test_a_pending_job_says_what_it_waits_for(run_at: float, told: list[str]) -> None:
    assert texts(life("pending", run_at=run_at), 60) == ["Created", *told]


def test_a_job_that_waits_for_its_next_attempt_says_how_long() -> None:
    made = life("pending", attempt(1, 1, 2), run_at=12)
    assert texts(made, 4)[-1] == "Waits for its time, 8.0 s left"


def test_a_job_that_was_cancelled_before_any_attempt_ends_after_its_wait() -> None:
    assert texts(life("cancelled", ended=5), 60) == ["Created", "Waited 5.0 s", "Ended: cancelled"]


def test_many_attempts_are_the_latest_and_one_step_for_the_others() -> None:
    attempts = [attempt(n, 10 * n, 10 * n + 5) for n in range(1, SHOWN + 4)]
    made = steps(life("failed", *attempts, ended=1000), at(1000))
    assert made[1].text == "3 earlier attempts"
    assert sum(step.kind == "run" for step in made) == SHOWN


def test_what_was_set_by_hand_to_an_impossible_order_takes_no_time() -> None:
    made = life("failed", attempt(2, -50, -60), attempt(1, 5, -3), ended=-100)
    assert [step.seconds for step in steps(made, at(-10))] == [0, 0, 5, 0, 0]


TIMES = st.one_of(st.floats(-1e6, 1e6).map(at), st.just(FIRST))
ATTEMPTS = st.builds(
    Attempt,
    st.integers(0, 9),
    st.none(),
    st.none() | TIMES,
    st.none() | TIMES,
    st.sampled_from(["failed", "lost", "running"]),
    st.none(),
)
STATUSES = st.sampled_from(["pending", "running", "succeeded", "failed", "cancelled"])
LIVES = st.builds(
    Life, STATUSES, TIMES, TIMES, st.none() | TIMES, st.lists(ATTEMPTS), st.integers(0, 40)
)


@given(LIVES, TIMES)
def test_no_step_takes_less_than_no_time_and_the_bar_is_filled(made: Life, now: datetime) -> None:
    walked = steps(made, now)
    assert all(step.seconds >= 0 for step in walked)
    parts = bars(walked)
    assert all(part.width > 0 and part.x >= 0 for part in parts)
    assert not parts or sum(part.width for part in parts) == pytest.approx(WIDTH, abs=0.5)


def test_the_bar_shows_lengths_in_proportion_and_the_shortest_too() -> None:
    made = life("succeeded", attempt(1, 100, 300), attempt(2, 300, 300.001, "succeeded"), ended=301)
    wait, run, short, _ = bars(steps(made, at(400)))
    assert run.width == pytest.approx(2 * wait.width, abs=0.1)
    assert short.width > 1


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0 ms"), (0.04, "40 ms"), (4.21, "4.2 s"), (12, "12 s"), (300, "5 min")],
)
def test_a_length_is_told_in_the_unit_it_fits(seconds: float, told: str) -> None:
    assert lasted(seconds) == told
