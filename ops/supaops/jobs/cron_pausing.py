"""Stop and start one cron job, as an apply then leaves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from supaops.apply import remind_scheduler
from supaops.config.model import Config
from supaops.config.places import listed
from supaops.config.suggest import did_you_mean
from supaops.db import cron_pause as db
from supaops.db.connect import Connection
from supaops.db.cron_pause import cron_pauses
from supaops.db.operators import Actor, acting
from supaops.db.pause import Pause, start_cron_jobs, stop_cron_jobs
from supaops.errors import SupaopsError


@dataclass(frozen=True, slots=True)
class JobPause:
    """Which cron job to stop, why, and when somebody should start it again; None does not say."""

    name: str
    reason: str
    until: datetime | None = None


def pause_job(conn: Connection, config: Config, wanted: JobPause, actor: Actor) -> Pause:
    """Make one cron job inactive, in one transaction with the record of it.

    Raises: SupaopsError for a job that is not declared or not active; DatabaseError.
    """
    require_declared(config, wanted.name)
    with acting(conn, f"pausing {wanted.name}", actor):
        if not stop_cron_jobs(conn, [wanted.name]):
            raise SupaopsError(
                f"{wanted.name} is not active: there is nothing to pause",
                hint=f"supaops plan --env {config.environment}",
            )
        db.begin_job(conn, wanted.name, wanted.reason, wanted.until)
    remind_scheduler(conn)
    return cron_pauses(conn)[wanted.name]


def resume_job(conn: Connection, config: Config, name: str, actor: Actor) -> Pause:
    """Make one paused cron job active again; return the pause that has ended.

    One that is by now declared to be inactive stays so.

    Raises: SupaopsError for a job that nobody has paused; DatabaseError.
    """
    with acting(conn, f"resuming {name}", actor):
        pauses = cron_pauses(conn)
        pause = pauses.get(name)
        if pause is None:
            then = f"paused: {listed(pauses)}"
            raise SupaopsError(
                f"cron job {name} is not paused", hint=did_you_mean(name, pauses, then)
            )
        if name not in config.cron.jobs or config.cron.jobs[name].active:
            start_cron_jobs(conn, [name])
        db.end_job(conn, pause)
    remind_scheduler(conn)
    return pause


def outcome(config: Config, name: str) -> str:
    """Return what a job is after a resume, in words."""
    job = config.cron.jobs.get(name)
    if job is None or job.active:
        return f"{name} is active again"
    return f"{name} is no longer paused, and declared to be inactive"


def require_declared(config: Config, name: str) -> None:
    """Refuse a cron job that is somebody else's.

    Raises: SupaopsError.
    """
    if name not in config.cron.jobs:
        names = list(config.cron.jobs)
        raise SupaopsError(
            f"cron job {name} is not declared",
            hint=did_you_mean(name, names, f"declared: {', '.join(names) or 'none'}"),
        )
