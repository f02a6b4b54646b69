"""What Sentry hears of cron jobs, and how often."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from supaops.config.monitors import Monitor
from supaops.db.cron_runs import CronRun, RunsAsked
from supaops.errors import DatabaseError
from supaops.worker.sentry.checkins import EVERY_S, CheckIns
from supaops.worker.sentry.rounds import Rounds

NOON = datetime(2027, 1, 2, 12, tzinfo=UTC)
POSTING = Monitor("test-job_queue_worker", "job_queue_worker", {"schedule": {}}, by_posts=True)
CLEANING = Monitor("test-job_queue_cleanup", "job_queue_cleanup", {"schedule": {}}, by_posts=False)


@dataclass
class Desk:
    """Check-ins of two monitors, as they were sent, on a clock that a test moves."""

    now: float = 0.0
    sent: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.checkins = CheckIns([POSTING, CLEANING], self.sent.append, lambda: self.now)

    @property
    def statuses(self) -> list[str]:
        return [each["status"] for each in self.sent]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def run(runid: int = 7, status: str = "succeeded", *, seconds: float | None = 3) -> CronRun:
    ended = None if seconds is None else NOON + timedelta(seconds=seconds)
    return CronRun(CLEANING.job, runid, status, NOON, ended)


def test_a_post_speaks_for_the_job_that_posts(desk: Desk) -> None:
    desk.checkins.post("12", served=True)
    desk.checkins.post("13", served=False)
    assert [each["monitor_slug"] for each in desk.sent] == [POSTING.slug] * 2
    assert desk.statuses == ["ok", "error"]


def test_a_run_tells_how_it_ended_and_how_long_it_took(desk: Desk) -> None:
    desk.checkins.run(run())
    desk.checkins.run(run(8, "failed"))
    assert desk.statuses == ["ok", "error"]
    assert [each["duration"] for each in desk.sent] == [3, 3]
    assert {each["monitor_slug"] for each in desk.sent} == {CLEANING.slug}


def test_a_run_that_goes_on_and_its_end_are_one_check_in(desk: Desk) -> None:
    desk.checkins.run(run(status="running", seconds=None))
    desk.checkins.run(run())
    assert desk.statuses == ["in_progress", "ok"]
    first, second = (each["check_in_id"] for each in desk.sent)
    assert first == second


def test_the_post_of_another_job_or_run_says_nothing(desk: Desk) -> None:
    desk.checkins.run(CronRun(POSTING.job, 1, "succeeded", NOON, NOON))
    desk.checkins.run(CronRun("somebody's", 2, "succeeded", NOON, NOON))
    assert desk.sent == []
    assert desk.checkins.jobs == (CLEANING.job,)


def test_a_monitor_hears_each_status_once_a_minute_at_most(desk: Desk) -> None:
    for second in range(int(2 * EVERY_S)):
        desk.now = second
        desk.checkins.post(str(second), served=second % 2 == 0)
    assert sorted(desk.statuses) == ["error", "error", "ok", "ok"]


def test_two_workers_that_tell_of_one_run_say_one_thing() -> None:
    desks = [Desk(), Desk()]
    for desk in desks:
        desk.checkins.run(run())
    assert desks[0].sent == desks[1].sent


class History:
    """A history of pg_cron that a test writes."""

    def __init__(self) -> None:
        self.runs: list[CronRun] = []
        self.asked: list[RunsAsked] = []
        self.away = False

    async def read(self, asked: RunsAsked) -> list[CronRun]:
        self.asked.append(asked)
        if self.away:
            raise DatabaseError("permission denied for schema cron")
        return [each for each in self.runs if each.runid > asked.after or each.runid in asked.also]


async def after(rounds: Rounds, history: History, *looks: Callable[[], None]) -> None:
    """Do something, and let the rounds look at what came of it, one after the other."""
    task = asyncio.create_task(rounds.watch(history.read))
    try:
        for count, change in enumerate(looks, start=2):
            while len(history.asked) < count:
                await asyncio.sleep(0)
            change()
        while len(history.asked) < len(looks) + 3:
            await asyncio.sleep(0)
    finally:
        task.cancel()


@pytest.mark.anyio
async def test_each_run_is_asked_for_until_it_has_ended(desk: Desk) -> None:
    history = History()
    rounds = Rounds(desk.checkins, every_s=0)
    await after(
        rounds,
        history,
        lambda: history.runs.append(run(7, "running", seconds=None)),
        lambda: history.runs.__setitem__(0, run(7)),
    )
    assert desk.statuses == ["in_progress", "ok"]
    assert history.asked[-1].after == 7
    assert history.asked[-1].also == ()


@pytest.mark.anyio
async def test_a_history_that_cannot_be_read_is_said_once(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    history = History()
    history.away = True
    await after(Rounds(desk.checkins, every_s=0), history, lambda: None, lambda: None)
    assert caplog.text.count("not reported to Sentry: permission denied") == 1


@pytest.mark.anyio
async def test_nobody_looks_where_every_job_posts() -> None:
    history = History()
    checkins = CheckIns([POSTING], lambda _: None, lambda: 0.0)
    await Rounds(checkins).watch(history.read)
    assert history.asked == []
