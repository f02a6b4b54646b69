"""Which cron jobs Sentry watches, under which names and schedules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from supaops.config import Config, load
from supaops.config.monitors import Unwatchable, monitors, sentry_schedule, slug, unwatched

Write = Callable[..., Path]
Problems = Callable[..., list[Any]]
JOBS = """
cron:
  jobs:
    job_queue_worker: {schedule: 30 seconds, call: trigger_worker}
    Nightly Report!: {schedule: 0 2 $ * *, sql: select 1}
    at_start: {schedule: '@reboot', sql: select 1}
    asleep: {schedule: '@daily', sql: select 1, active: false}
"""


@pytest.fixture
def config(write: Write, good: str) -> Callable[[str], Config]:
    """Return a function that loads the jobs with more YAML in the overlay."""
    return lambda overlay: load(write(good + JOBS, overlay), "local")


@pytest.mark.parametrize(
    ("schedule", "crontab"),
    [
        ("* * * * *", "* * * * *"),
        ("15 3 * * *", "15 3 * * *"),
        ("*/5 * * * *", "*/5 * * * *"),
        ("@hourly", "0 * * * *"),
        ("0 9 * jan,FEB mon-fri", "0 9 * 1-2 1-5"),
        ("0 0 $ * *", "0 0 L * *"),
        ("0 0 1,15 * 7", "0 0 1,15 * 0"),
    ],
)
def test_a_schedule_of_pg_cron_is_told_as_a_crontab(schedule: str, crontab: str) -> None:
    assert sentry_schedule(schedule) == {"type": "crontab", "value": crontab}


def test_seconds_become_the_shortest_interval_there_is() -> None:
    assert sentry_schedule("5 seconds") == {"type": "interval", "value": 1, "unit": "minute"}


@pytest.mark.parametrize(
    ("schedule", "reason"), [("@reboot", "start of the server"), ("0 0 */9,5 * 1", "must fit")]
)
def test_what_sentry_has_no_schedule_for_is_refused(schedule: str, reason: str) -> None:
    with pytest.raises(Unwatchable, match=reason):
        sentry_schedule(schedule)


def test_each_active_job_has_a_monitor_or_a_reason(config: Callable[[str], Config]) -> None:
    found = {each.job: each for each in monitors(config("{}\n"))}
    assert list(found) == ["job_queue_worker", "Nightly Report!"]
    assert list(unwatched(config("{}\n"))) == ["at_start"]
    assert found["job_queue_worker"].config == {
        "schedule": {"type": "interval", "value": 1, "unit": "minute"},
        "timezone": "UTC",
        "checkin_margin": 3,
        "max_runtime": 30,
        "failure_issue_threshold": 1,
        "recovery_threshold": 1,
    }


def test_a_slug_is_one_of_the_environment_and_fits(config: Callable[[str], Config]) -> None:
    made = config("{}\n")
    assert slug(made, "job_queue_worker") == "local-job_queue_worker"
    assert slug(made, "hourly") == "local-job_queue-hourly"
    assert slug(made, "Nightly Report!").startswith("local-job_queue-nightly-report--")
    assert slug(made, "Nightly Report!") != slug(made, "nightly report?")
    assert len(slug(made, "x" * 60)) == 50


def test_the_posts_speak_for_the_job_only_when_each_tick_sends_one(
    config: Callable[[str], Config],
) -> None:
    def by_posts(overlay: str) -> list[str]:
        return [each.job for each in monitors(config(overlay)) if each.by_posts]

    second = "cron: {jobs: {more: {schedule: '@hourly', call: trigger_worker}}}\n"
    assert by_posts("{}\n") == ["job_queue_worker"]
    assert by_posts(second) == []
    assert by_posts("worker: {skip_when_idle: true}\n") == []


def test_monitors_can_be_off_and_their_patience_is_declared(
    config: Callable[[str], Config],
) -> None:
    assert monitors(config("sentry: {monitors: false}\n")) == []
    patient = config("sentry: {checkin_margin: 90s, max_runtime: 7d, recovery_threshold: 3}\n")
    told = monitors(patient)[0].config
    assert (told["checkin_margin"], told["max_runtime"]) == (2, 7 * 24 * 60)
    assert told["recovery_threshold"] == 3


def test_more_than_sentry_takes_is_refused(problems: Problems, good: str) -> None:
    (problem,) = problems(f"{good}sentry: {{checkin_margin: 8d}}\n")
    assert "checkin_margin: expected at most 7d" in str(problem)
