"""Read what pg_cron is doing, and what became of its newest runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.queries import query


@dataclass(frozen=True, slots=True)
class CronFacts:
    """pg_cron and its jobs at one moment.

    Attributes:
        running_jobs: the declared active jobs that are live and active.
        ownerless_jobs: jobs, active or not, of a role that is gone.
        loginless_jobs: active jobs whose role cannot log in although pg_cron has to.
        copying_jobs: active jobs with a COPY to or from the client.
        schedules: those of all active jobs, whoever owns them.
        log_run, launches, by_workers, timezone, max_running_jobs: pg_cron's settings
            `log_run`, `launch_active_jobs`, `use_background_workers`; None where it has none.
        next_runid, newest_runid: what the next run's id will be, and the greatest there is.
        history_rows: of `cron.job_run_details`, by the planner's estimate.
        runs_at_once: how many runs go on.
        longest_run_s, longest_run_pid, longest_run_job: the oldest of them.
    """

    now: datetime
    scheduler_alive: bool
    running_jobs: list[str]
    ownerless_jobs: list[str]
    loginless_jobs: list[str]
    copying_jobs: list[str]
    schedules: list[str]
    log_run: bool
    launches: bool
    by_workers: bool
    timezone: str
    max_running_jobs: int | None
    next_runid: int
    newest_runid: int
    history_rows: int
    runs_at_once: int
    longest_run_s: float | None
    longest_run_pid: int | None
    longest_run_job: str


@dataclass(frozen=True, slots=True)
class JobRuns:
    """The runs of one declared job that is active.

    Attributes:
        since: from when on its runs are known.
        now: when they were read.
        seen: how many started from then on.
        last_at: when the latest started; None when none is known.
        failures: how many have failed in a row up to now, but for those a restart cut off.
        failed_since, failed_run: when the first of them started, and the id of the latest.
        posted: ticks that the dispatch ledger knows of, where pg_cron records no runs.
    """

    job: str
    since: datetime
    now: datetime
    seen: int
    last_at: datetime | None
    failures: int
    failed_since: datetime | None
    failed_run: int | None
    posted: int | None = None


@dataclass(frozen=True, slots=True)
class StartupFailures:
    """Runs of the last hour that did not start; `message` is the newest one's."""

    failures: int
    message: str | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Window:
    """How far back the runs of a job are counted, and whether the job posts to the worker."""

    length: timedelta
    posts: bool


def read_cron(conn: Connection, active_jobs: list[str]) -> CronFacts:
    """Read what pg_cron is doing.

    Raises: DatabaseError.
    """
    with translated("reading what pg_cron does"):
        # In binary form a time does not depend on the role's DateStyle.
        values = {"active_jobs": active_jobs}
        row = conn.execute(query("health_cron.state"), values, binary=True).fetchone()
    return CronFacts(**(row or {}))


def read_runs(conn: Connection, windows: Mapping[str, Window]) -> list[JobRuns]:
    """Read the runs of jobs by name, among the newest 20,000 of all.

    Raises: DatabaseError.
    """
    values = {
        "jobs": list(windows),
        "windows_s": [each.length.total_seconds() for each in windows.values()],
        "posts": [each.posts for each in windows.values()],
    }
    with translated("reading the runs of pg_cron"):
        rows = conn.execute(query("health_cron.runs"), values, binary=True).fetchall()
    return [JobRuns(**row) for row in rows]


def read_startup_failures(conn: Connection) -> StartupFailures:
    """Read which runs did not start.

    Raises: DatabaseError.
    """
    with translated("reading the runs of pg_cron"):
        row = conn.execute(query("health_cron.startup"), binary=True).fetchone()
    return StartupFailures(**(row or {}))
