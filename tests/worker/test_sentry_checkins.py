"""What Sentry hears of cron jobs, and how often."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from supaops.config.monitors import Monitor
from supaops.db.outcomes import CronRun, LostJob, RunsAsked
from supaops.errors import DatabaseError
from supaops.worker.sentry.checkins import EVERY_S, CheckIns
from supaops.worker.sentry.rounds import Losses, Rounds, Runs

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


def lost(job_id: int) -> LostJob:
    return LostJob(job_id, "work", "default", 5, 5, "gone:1", NOON)


class History:
    """What ended, as a test writes it."""

    def __init__(self) -> None:
        self.done: list[CronRun] = []
        self.gone: list[LostJob] = []
        self.asked: list[RunsAsked] = []
        self.away = False

    async def runs(self, asked: RunsAsked) -> list[CronRun]:
        self.asked.append(asked)
        if self.away:
            raise DatabaseError("permission denied for schema cron")
        return [each for each in self.done if each.runid > asked.after or each.runid in asked.also]

    async def lost(self, within: timedelta) -> list[LostJob]:
        assert within
        return self.gone


@pytest.mark.anyio
async def test_each_run_is_asked_for_until_it_has_ended(desk: Desk) -> None:
    history, runs = History(), Runs(desk.checkins)
    history.done = [run(7, "running", seconds=None)]
    await runs.look(history)
    await runs.look(history)
    history.done = [run(7)]
    await runs.look(history)
    await runs.look(history)
    assert desk.statuses == ["in_progress", "ok"]
    assert [asked.after for asked in history.asked] == [0, 7, 7, 7]
    assert [asked.also for asked in history.asked] == [(), (7,), (7,), ()]


@pytest.mark.anyio
async def test_nobody_looks_at_runs_where_every_job_posts() -> None:
    history = History()
    await Runs(CheckIns([POSTING], lambda _: None, lambda: 0.0)).look(history)
    assert history.asked == []


@pytest.mark.anyio
async def test_a_lost_job_is_told_once() -> None:
    history, told = History(), list[LostJob]()
    losses = Losses(told.append)
    for gone in ([], [lost(1)], [lost(1)], [lost(2), lost(1)]):
        history.gone = gone
        await losses.look(history)
    assert [job.id for job in told] == [1, 2]


@pytest.mark.anyio
async def test_what_cannot_be_seen_is_said_once_and_hides_nothing_else(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    history, told = History(), list[LostJob]()
    history.away, history.gone = True, [lost(1)]
    looks = {"runs": Runs(desk.checkins).look, "lost jobs": Losses(told.append).look}
    watching = asyncio.create_task(Rounds(looks, every_s=0).watch(history))
    while len(history.asked) < 3:
        await asyncio.sleep(0)
    watching.cancel()
    assert caplog.text.count("runs are not reported to Sentry: permission denied") == 1
    assert [job.id for job in told] == [1]
