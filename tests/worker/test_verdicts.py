"""What a handler says about its job by what it raises: Retry, Discard, and anything else."""

from __future__ import annotations

import pickle
from datetime import timedelta

import pytest

from supaops.worker import Discard, Handlers, Retry
from supaops.worker.execution import Executor
from supaops.worker.outcome import Failed, Outcome
from tests.worker.fake_queue import job
from tests.worker.rig import no_connection

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)


async def outcome_of(error: BaseException, kind: str = "async") -> Outcome:
    """Return the outcome of a handler that raises `error`."""
    handlers = Handlers()

    async def work(_context: object, _payload: object) -> None:
        raise error

    def work_in_thread(_context: object, _payload: object) -> None:
        raise error

    handlers.handler("work")(work if kind == "async" else work_in_thread)
    return await Executor(handlers, no_connection).execute(job())


@pytest.mark.parametrize("kind", ["async", "sync"])
async def test_discard_fails_for_good_with_its_reason_and_no_stack(kind: str) -> None:
    outcome = await outcome_of(Discard("no such game"), kind)
    assert outcome == Failed("Discard: no such game", discard=True)


@pytest.mark.parametrize("kind", ["async", "sync"])
async def test_retry_says_when_to_try_again(kind: str) -> None:
    outcome = await outcome_of(Retry("rate limit", after=HOUR), kind)
    assert outcome == Failed("Retry: rate limit", retry_in=HOUR)


async def test_retry_without_a_wait_takes_the_backoff() -> None:
    assert await outcome_of(Retry()) == Failed("Retry", retry_in=None)


async def test_own_kind_of_discard_keeps_its_name_and_its_cause() -> None:
    class GameGone(Discard):
        pass

    gone = GameGone("404")
    gone.__cause__ = KeyError("game")
    outcome = await outcome_of(gone)
    assert isinstance(outcome, Failed)
    assert outcome.error == f"{GameGone.__qualname__}: 404"
    assert outcome.discard
    assert outcome.cause is gone


async def test_verdict_counts_within_groups_of_exceptions() -> None:
    group = ExceptionGroup("tasks", [ValueError(), ExceptionGroup("", [Retry("busy", after=HOUR)])])
    assert await outcome_of(group) == Failed("Retry: busy", retry_in=HOUR)


async def test_discard_outweighs_a_retry_beside_it() -> None:
    group = ExceptionGroup("tasks", [Retry("busy"), Discard("never")])
    assert await outcome_of(group) == Failed("Discard: never", discard=True)


async def test_error_that_was_raised_instead_of_a_discard_is_an_error() -> None:
    error = ValueError("something else")
    error.__cause__ = Discard("no")
    outcome = await outcome_of(error)
    assert isinstance(outcome, Failed)
    assert not outcome.discard
    assert outcome.error.startswith("ValueError: something else\n")


@pytest.mark.parametrize(
    ("after", "error"),
    [(60, TypeError), (timedelta(seconds=-1), ValueError), (timedelta.max, ValueError)],
)
def test_wait_that_no_queue_could_take_is_an_error_of_the_handler(
    after: timedelta, error: type[Exception]
) -> None:
    with pytest.raises(error, match="after is"):
        Retry(after=after)


def test_retry_travels_between_processes() -> None:
    copy = pickle.loads(pickle.dumps(Retry("busy", after=HOUR)))  # noqa: S301  our own
    assert (str(copy), copy.after) == ("busy", HOUR)
