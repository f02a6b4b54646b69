"""What the checks ``cron.*`` say about the facts they are shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from supaops.checks.cron import CHECKS
from supaops.checks.cron.jobs import copy, job_roles, jobs, login
from supaops.checks.cron.load import coincidence, fullest_minute, history
from supaops.checks.cron.runs import failures, long_runs, overlap, startup
from supaops.checks.cron.scheduler import runid_sequence, scheduler, settings
from supaops.checks.cron.ticks import JobTicks, ticks, ticks_of
from supaops.checks.cron.windows import windows
from supaops.config import Config, load
from supaops.config.model import CronJob
from supaops.db.health.cron import CronFacts, JobRuns, StartupFailures
from supaops.status import Severity
from tests.projects import ROOT

CONFIG = load(ROOT / "ops" / "config" / "job_queue.yaml", "local")
DECLARED = ["job_queue_worker", "job_queue_cleanup_daily", "job_queue_maintenance"]
NOW = datetime(2026, 1, 31, 12, 30, 40, tzinfo=UTC)  # a Saturday
HOUR = timedelta(hours=1)


def config(**jobs: str) -> Config:
    """Return a config whose cron jobs have these schedules; `tick` posts to the worker."""
    declared = {
        name: CronJob(schedule=schedule, call="trigger_worker" if name == "tick" else "cleanup")
        for name, schedule in jobs.items()
    }
    cron = CONFIG.cron.model_copy(update={"jobs": declared})
    return CONFIG.model_copy(update={"cron": cron})


def cron(**changes: Any) -> CronFacts:
    """Return the facts of a pg_cron that works, with changes."""
    known: dict[str, Any] = {
        "now": NOW,
        "scheduler_alive": True,
        "running_jobs": DECLARED,
        "ownerless_jobs": [],
        "loginless_jobs": [],
        "copying_jobs": [],
        "schedules": ["* * * * *", "15 3 * * *"],
        "log_run": True,
        "launches": True,
        "by_workers": False,
        "timezone": "GMT",
        "max_running_jobs": 32,
        "next_runid": 43,
        "newest_runid": 42,
        "history_rows": 42,
        "runs_at_once": 0,
        "longest_run_s": None,
        "longest_run_pid": None,
        "longest_run_job": "",
    }
    return CronFacts(**known | changes)


def runs(job: str = "tick", **changes: Any) -> JobRuns:
    """Return the runs of an hour of a job that has missed none, with changes."""
    known: dict[str, Any] = {
        "job": job,
        "since": NOW - HOUR,
        "now": NOW,
        "seen": 60,
        "last_at": NOW.replace(second=0),
        "failures": 0,
        "failed_since": None,
        "failed_run": None,
    }
    return JobRuns(**known | changes)


@pytest.mark.parametrize(
    "check",
    [each for each in CHECKS if each not in (ticks, failures, startup)],
    ids=lambda each: each.id,
)
def test_a_pg_cron_that_works_is_ok_and_needs_no_fix(check: Any) -> None:
    verdict = check.judge(CONFIG, cron())
    assert (verdict.severity, verdict.fix) == (Severity.OK, "")


@pytest.mark.parametrize(
    ("check", "changes", "severity", "observed"),
    [
        (scheduler, {"scheduler_alive": False}, Severity.CRITICAL, "not running"),
        (
            scheduler,
            {"launches": False},
            Severity.CRITICAL,
            "running, but cron.launch_active_jobs is off: it starts no job",
        ),
        (
            jobs,
            {"running_jobs": ["job_queue_worker"]},
            Severity.CRITICAL,
            "not active: job_queue_cleanup_daily, job_queue_maintenance",
        ),
        (
            job_roles,
            {"ownerless_jobs": ["a", "b", "c", "job 9"]},
            Severity.CRITICAL,
            "of a role that is gone: a, b, c, ...",
        ),
        (
            login,
            {"loginless_jobs": ["report"]},
            Severity.CRITICAL,
            "of a role that cannot log in: report",
        ),
        (
            copy,
            {"copying_jobs": ["export"]},
            Severity.CRITICAL,
            "with a COPY to or from the client: export",
        ),
        (
            runid_sequence,
            {"next_runid": 42},
            Severity.CRITICAL,
            "the next would be 42, but 42 is taken",
        ),
        (
            settings,
            {"log_run": False, "timezone": "Europe/Berlin"},
            Severity.WARNING,
            (
                "cron.log_run is off: no run is recorded; "
                "cron.timezone is Europe/Berlin: schedules are declared in UTC"
            ),
        ),
        (
            settings,
            {"by_workers": True, "longest_run_s": 61.0},
            Severity.WARNING,
            "cron.use_background_workers is on, and a run of 61 s holds the others up",
        ),
        (
            long_runs,
            {"longest_run_s": 601.0, "longest_run_pid": 7, "longest_run_job": "report"},
            Severity.WARNING,
            "report, pid 7: for 601 s",
        ),
        (
            long_runs,
            {"longest_run_s": 3601.0, "longest_run_pid": 7},
            Severity.CRITICAL,
            "a job, pid 7: for 3601 s",
        ),
        (overlap, {"runs_at_once": 9}, Severity.WARNING, "9 at once, of 32 that may"),
        (
            overlap,
            {"runs_at_once": 17, "max_running_jobs": None},
            Severity.CRITICAL,
            "17 at once",
        ),
        (coincidence, {"schedules": ["0 3 * * *"] * 9}, Severity.WARNING, "9 at Sat 03:00 UTC"),
        (
            coincidence,
            {"schedules": ["5 seconds"] * 3, "max_running_jobs": 2},
            Severity.WARNING,
            "3 in every minute",
        ),
        (history, {"history_rows": 500_001}, Severity.WARNING, "about 500,001 rows"),
        (history, {"history_rows": 5_000_001}, Severity.CRITICAL, "about 5,000,001 rows"),
    ],
)
def test_what_ails_pg_cron_is_told_with_what_was_seen_and_a_fix(
    check: Any, changes: dict[str, Any], severity: Severity, observed: str
) -> None:
    verdict = check.judge(CONFIG, cron(**changes))
    assert (verdict.severity, verdict.observed) == (severity, observed)
    assert verdict.fix


@pytest.mark.parametrize(
    ("changes", "fix"),
    [
        ({}, "restart the database: pg_cron starts with it"),
        (
            {"ownerless_jobs": ["a"]},
            "it ends at each start: mend cron.job_roles, and it comes back",
        ),
        ({"next_runid": 42}, "it ends at each start: mend cron.runid_sequence, and it comes back"),
    ],
)
def test_a_scheduler_that_something_ends_needs_no_restart(
    changes: dict[str, Any], fix: str
) -> None:
    assert scheduler.judge(CONFIG, cron(scheduler_alive=False, **changes)).fix == fix


def test_before_the_first_start_is_due_none_is_missed() -> None:
    verdict = ticks.judge(config(nightly="15 3 * * *"), [runs("nightly", seen=0)])
    assert (verdict.severity, verdict.observed) == (Severity.OK, "none was due yet")


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "gmt", "Zulu"])
def test_other_names_of_utc_are_utc(zone: str) -> None:
    assert settings.judge(CONFIG, cron(timezone=zone)).severity is Severity.OK


@pytest.mark.parametrize(
    ("schedules", "expected"),
    [
        ([], (0, "in every minute")),
        (["5 seconds", "@reboot", "no schedule"], (1, "in every minute")),
        (["5 seconds", "0 3 * * *"], (2, "at Sat 03:00 UTC")),
        (["0 3 * * mon", "0 3 * * tue", "30 3 * * *"], (1, "at Mon 03:00 UTC")),
        (["0 3 * * mon", "0 3 2 * *"], (2, "at Mon 03:00 UTC")),
    ],
)
def test_the_fullest_minute_counts_what_starts_together(
    schedules: list[str], expected: tuple[int, str]
) -> None:
    assert fullest_minute(schedules, NOW) == expected


@pytest.mark.parametrize(
    ("schedule", "changes", "due", "seen"),
    [
        ("* * * * *", {}, 60, 60),
        ("* * * * *", {"seen": 59}, 60, 59),
        ("* * * * *", {"seen": 61}, 60, 60),
        ("* * * * *", {"now": NOW.replace(second=14), "seen": 0}, 59, 0),
        ("* * * * *", {"since": NOW - timedelta(seconds=20), "seen": 0}, 0, 0),
        ("15 3 * * *", {"since": NOW - timedelta(days=1), "seen": 1}, 1, 1),
        ("15 3 * * *", {}, 0, 0),
        ("@reboot", {"seen": 1}, 0, 0),
        ("30 seconds", {"seen": 119}, 115, 115),
        ("30 seconds", {"seen": 0}, 115, 0),
        ("1 second", {"since": NOW - timedelta(seconds=17), "seen": 2}, 1, 1),
        ("* * * * *", {"seen": 0, "posted": 58}, 60, 58),
    ],
)
def test_due_are_the_starts_that_pg_cron_has_had_time_for(
    schedule: str, changes: dict[str, Any], due: int, seen: int
) -> None:
    [found] = ticks_of(config(tick=schedule), [runs(**changes)])
    assert (found.job, found.due, found.seen) == ("tick", due, seen)


def test_no_start_that_is_due_has_been_missed() -> None:
    verdict = ticks.judge(config(tick="* * * * *"), [runs()])
    assert (verdict.severity, verdict.observed) == (Severity.OK, "all 60 that were due did")


@pytest.mark.parametrize(
    ("seen", "last", "severity"),
    [
        (57, 0, Severity.OK),
        (56, 0, Severity.WARNING),
        (29, 31, Severity.CRITICAL),
        (29, 0, Severity.WARNING),
    ],
)
def test_missed_starts_are_graded_and_those_of_a_job_that_runs_again_never_critical(
    seen: int, last: int, severity: Severity
) -> None:
    """Of 60 that were due."""
    at = NOW.replace(second=0) - timedelta(minutes=last)
    known = [runs(seen=seen, last_at=at), runs("nightly", seen=0)]
    verdict = ticks.judge(config(tick="* * * * *", nightly="15 3 * * *"), known)
    assert (verdict.severity, verdict.observed) == (severity, f"tick: {seen} of 60 due starts seen")
    assert verdict.since == (at if last else None)


def test_a_job_that_never_ran_is_critical_from_its_first_due_start_on() -> None:
    late = runs(seen=0, last_at=None, since=NOW - timedelta(minutes=1))
    verdict = ticks.judge(config(tick="* * * * *"), [late])
    assert (verdict.severity, verdict.value) == (Severity.CRITICAL, 1.0)
    assert verdict.declared_at == ("cron", "jobs", "tick")


def test_without_a_job_whose_runs_are_recorded_nothing_is_said() -> None:
    assert ticks.judge(config(), []).severity is Severity.SKIPPED
    assert failures.judge(config(), []).severity is Severity.SKIPPED
    assert failures.judge(config(), [runs(posted=60)]).severity is Severity.SKIPPED


def test_a_share_can_be_asked_for() -> None:
    assert JobTicks("tick", 4, 1).missed == 0.75
    assert JobTicks("tick", 0, 0).missed == 0


@pytest.mark.parametrize(
    ("count", "severity", "observed"),
    [
        (0, Severity.OK, "no failure since the last success"),
        (1, Severity.WARNING, "tick: failed once in a row"),
        (3, Severity.CRITICAL, "tick: failed 3 times in a row"),
    ],
)
def test_failures_in_a_row_are_counted_per_job(
    count: int, severity: Severity, observed: str
) -> None:
    known = [runs("nightly"), runs(failures=count, failed_since=NOW - HOUR, failed_run=9)]
    verdict = failures.judge(config(tick="* * * * *", nightly="15 3 * * *"), known)
    assert (verdict.severity, verdict.observed) == (severity, observed)
    if count:
        assert verdict.evidence == (f"{observed.removesuffix(' in a row')}, last run 9",)
        assert (verdict.since, verdict.fix[-9:]) == (NOW - HOUR, "runid = 9")


@pytest.mark.parametrize(
    ("count", "severity", "observed"),
    [
        (0, Severity.OK, "all did"),
        (1, Severity.WARNING, "1 in the last hour: connection failed"),
        (11, Severity.CRITICAL, "11 in the last hour: connection failed"),
    ],
)
def test_runs_that_did_not_start_are_counted(count: int, severity: Severity, observed: str) -> None:
    found = StartupFailures(count, "connection failed" if count else None, NOW if count else None)
    verdict = startup.judge(CONFIG, found)
    assert (verdict.severity, verdict.observed) == (severity, observed)


def test_runs_are_counted_for_an_hour_or_one_period_but_not_beyond_what_is_kept() -> None:
    declared = config(tick="5 seconds", nightly="15 3 * * *", monthly="0 0 1 * *")
    found = windows(declared, NOW)
    assert found["tick"].length == HOUR
    assert found["nightly"].length == timedelta(days=1, minutes=1)
    assert found["monthly"].length == timedelta(days=7) * 0.9
    assert (found["tick"].posts, found["nightly"].posts) == (True, False)
