"""What the page of the cron jobs shows of each of them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from supaops.config.model import Config, CronJob
from supaops.config.schedule import ScheduleError, parse_schedule
from supaops.config.ticks import next_ticks
from supaops.db.environment import GuardState
from supaops.db.pages.cron import CronBoard, LiveJob, Scheduler
from supaops.db.pause import Pause
from supaops.plan import Action, Change
from supaops.web.pages.cron.drift import Drift, drift_of
from supaops.web.pages.cron.marks import Mark, failures_in_a_row, strip
from supaops.web.pages.cron.words import in_words

_NEXT = 3
_UTC = ("GMT", "UTC", "ETC/UTC", "UCT", "ZULU")


@dataclass(frozen=True, slots=True)
class Card:
    """One cron job of ours.

    Attributes:
        state: active, paused, inactive or missing.
        doubt: what pg_cron makes of the schedule that its author did not mean; else empty.
        ticks: the next runs; none for a job that will not run, and then `no_ticks` says why.
        marks: newest first.
        why_not_run: why it cannot be run now; empty where it can.
    """

    name: str
    description: str
    schedule: str
    words: str
    doubt: str
    state: str
    drift: Drift
    ticks: tuple[datetime, ...]
    no_ticks: str
    marks: tuple[Mark, ...]
    failures: int
    pause: Pause | None
    is_guarded: bool
    why_not_run: str

    @property
    def forms(self) -> tuple[str, ...]:
        """Return the names of the forms that the card has."""
        run = () if self.why_not_run else (f"run {self.name}",)
        verb = {"active": "pause", "paused": "resume"}.get(self.state)
        return (*run, f"{verb} {self.name}") if verb else run

    @property
    def last(self) -> Mark | None:
        """Return the latest run."""
        return self.marks[0] if self.marks else None

    @property
    def durations(self) -> list[float | None]:
        """Return how long the runs took, in seconds, oldest first."""
        return [mark.took_s for mark in reversed(self.marks)]


@dataclass(frozen=True, slots=True)
class Foreign:
    """A job that is not ours."""

    jobid: int
    name: str
    owner: str
    database: str
    schedule: str
    words: str
    active: bool
    last: Mark | None


def cards(
    config: Config, board: CronBoard, changes: Mapping[str, Change], now: datetime
) -> tuple[Card, ...]:
    """Return a card for each job that is declared or recorded as ours, in the YAML's order."""
    live = {each.own_name: each for each in board.jobs if each.own_name}
    ours = [name for name, change in changes.items() if change.action is not Action.FOREIGN]
    names = [*config.cron.jobs, *sorted(set(ours) - set(config.cron.jobs))]
    return tuple(_card(config, board, live.get(name), changes[name], now) for name in names)


def foreign(board: CronBoard, changes: Mapping[str, Change]) -> tuple[Foreign, ...]:
    """Return the jobs that are somebody else's."""
    return tuple(
        Foreign(
            jobid=job.jobid,
            name=job.name,
            owner=job.owner,
            database=job.database,
            schedule=job.schedule,
            words=in_words(job.schedule),
            active=job.active,
            last=next(iter(strip(board.runs.get(job.jobid, ()), ())), None),
        )
        for job in board.jobs
        if not job.own_name or changes[job.own_name].action is Action.FOREIGN
    )


def troubles(scheduler: Scheduler, environment: str) -> Iterator[tuple[str, str]]:
    """Yield what keeps all jobs from running, or us from seeing it, each with what to do."""
    if not scheduler.is_alive:
        yield (
            "pg_cron's scheduler is not running: no job starts.",
            f"supaops verify --env {environment} --only cron.scheduler",
        )
    elif not scheduler.launches:
        yield "cron.launch_active_jobs is off: pg_cron starts no job.", "set it to on, and reload"
    if scheduler.guard_state is GuardState.DISARMED:
        who = f"{scheduler.disarmed_by}: {scheduler.disarmed_reason}"
        yield (
            f"Disarmed by the {who}. Nothing is posted, and guarded jobs do not run.",
            f"supaops arm --env {environment}",
        )
    elif scheduler.guard_state is GuardState.UNCONFIRMED:
        yield (
            "The worker has not confirmed this database yet: guarded jobs do not run.",
            "it does when it accepts the next post",
        )
    if not scheduler.log_run:
        yield "cron.log_run is off: pg_cron writes no run down.", "set it to on, and restart"
    if not _is_utc(scheduler):
        yield (
            f"cron.timezone is {scheduler.timezone}: schedules are declared in UTC.",
            "set it to GMT, and restart",
        )


def _card(
    config: Config, board: CronBoard, live: LiveJob | None, change: Change, now: datetime
) -> Card:
    name = change.address.split(".", 1)[1]
    declared = config.cron.jobs.get(name)
    pause = board.pauses.get(name) if live and not live.active else None
    schedule = live.schedule if live else declared.schedule if declared else ""
    runs = board.runs.get(live.jobid, ()) if live else ()
    marks = strip(runs, board.hand_runs.get(name, ()))
    no_ticks = _no_ticks(live, pause, board.scheduler)
    ticks = () if no_ticks else _ticks(schedule, marks, now)
    return Card(
        name=name,
        description=declared.description if declared else "",
        schedule=schedule,
        words=in_words(schedule),
        doubt=_doubt(schedule),
        state=_state(live, pause),
        drift=drift_of(change),
        ticks=ticks,
        no_ticks=no_ticks if no_ticks or ticks else "never",
        marks=marks,
        failures=failures_in_a_row(marks),
        pause=pause,
        is_guarded=bool(declared and _is_guarded(config, declared)),
        why_not_run=_why_not_run(config, declared, live, board.scheduler),
    )


def _state(live: LiveJob | None, pause: Pause | None) -> str:
    if live is None:
        return "missing"
    return "active" if live.active else "paused" if pause else "inactive"


def _no_ticks(live: LiveJob | None, pause: Pause | None, scheduler: Scheduler) -> str:
    """Return why there is no next run that we could name; empty where there is."""
    if live is None:
        return "none: it is not in the database"
    if not live.active:
        return "none while it is paused" if pause else "none: it is inactive"
    if not scheduler.is_alive or not scheduler.launches:
        return "none while the scheduler stands still"
    if not _is_utc(scheduler):
        return f"at these times of {scheduler.timezone}"
    return ""


def _is_utc(scheduler: Scheduler) -> bool:
    return scheduler.timezone.upper() in _UTC


def _ticks(schedule: str, marks: tuple[Mark, ...], now: datetime) -> tuple[datetime, ...]:
    """Return the next runs; pg_cron counts an interval from the start of the run before."""
    seconds = parse_schedule(schedule).seconds
    latest = next((mark.at for mark in marks if mark.at and not mark.by), None)
    if seconds and latest and timedelta() <= now - latest < timedelta(seconds=seconds):
        return tuple(next_ticks(schedule, latest, _NEXT))
    return tuple(next_ticks(schedule, now, _NEXT))


def _doubt(schedule: str) -> str:
    try:
        return parse_schedule(schedule).doubt
    except ScheduleError:
        return ""


def _is_guarded(config: Config, job: CronJob) -> bool:
    return config.clone_guard and job.guard and job.call != "trigger_worker"


def _why_not_run(
    config: Config, declared: CronJob | None, live: LiveJob | None, scheduler: Scheduler
) -> str:
    if declared is None:
        return "It is no longer declared."
    if live is None:
        return "It is not in the database."
    if scheduler.guard_state is GuardState.DISARMED:
        return "The database is disarmed."
    if scheduler.guard_state is not GuardState.ARMED and _is_guarded(config, declared):
        return "The worker has not confirmed the database yet."
    return ""
