"""The smoke test: one real job through the whole chain, each hop timed.

enqueue -> cron tick -> request in the net queue -> claim -> success -> HTTP answer
"""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from supaops.clock import utc_now
from supaops.config.model import Config
from supaops.config.ticks import next_ticks
from supaops.db.connect import Connection
from supaops.db.smoke import (
    LiveCronJob,
    enqueue_smoke_job,
    live_cron_jobs,
    read_trace,
    remove_job,
)
from supaops.errors import SupaopsError
from supaops.jobs.hops import Hop, Journey, hops

POLL_S = 0.1
ANSWER_MARGIN = timedelta(seconds=30)  # from a tick to the job's success, generously

Progress = Callable[[Hop], None]


@dataclass(frozen=True, slots=True)
class SmokeResult:
    """What became of one smoke job.

    Attributes:
        hops: in the order of the chain; the first that is not ok is the broken one.
        http_status: of the worker's answer; None when there was none.
        run_id: of the run of pg_cron that woke the worker; None when there was none.
    """

    environment: str
    job_id: int
    correlation_id: str
    hops: tuple[Hop, ...]
    http_status: int | None
    run_id: int | None = None

    @property
    def broken(self) -> Hop | None:
        """Return the first hop that is not ok, or None when the job made it."""
        return next((hop for hop in self.hops if not hop.ok), None)


def run_smoke(
    conn: Connection,
    config: Config,
    *,
    timeout: timedelta,
    progress: Progress = lambda _hop: None,
) -> SmokeResult:
    """Send a job through the chain and wait for its success, a broken hop, or the timeout.

    The job is removed afterwards, however it ended.

    Raises: DatabaseError when the queue is not there or refuses the job; SupaopsError when no tick
        is due within the timeout, so that waiting would prove nothing.
    """
    correlation_id = str(uuid.uuid4())
    payload = {**config.smoke.payload, "correlation_id": correlation_id}
    names = [name for name, job in config.cron.jobs.items() if job.call == "trigger_worker"]
    cron_jobs = live_cron_jobs(conn, names)
    require_tick(cron_jobs, utc_now(), timeout)
    sent = enqueue_smoke_job(conn, config, payload)
    job_id = int(sent["job_id"])
    look = partial(_look, conn, config, job_id, sent["enqueued_at"], cron_jobs)
    try:
        journey, found = _follow(look, timeout, progress)
    finally:
        remove_job(conn, config, job_id)
    status = (journey.trace.dispatch or {}).get("status_code")
    run_id = (journey.trace.run or {}).get("runid")
    return SmokeResult(config.environment, job_id, correlation_id, found, status, run_id)


def ticks(config: Config) -> bool:
    """Tell whether any cron job wakes the worker; where none does, a smoke test proves nothing."""
    jobs = config.cron.jobs.values()
    return any(job.active and job.call == "trigger_worker" for job in jobs)


def require_tick(jobs: Mapping[str, LiveCronJob], now: datetime, timeout: timedelta) -> None:
    """Refuse to wait for a tick that is not due; missing and inactive jobs are the hops' matter.

    Raises: SupaopsError that says when the next tick is and which timeout would do.
    """
    schedules = [job.schedule for job in jobs.values() if job.active]
    due = min((tick for each in schedules for tick in next_ticks(each, now, 1)), default=None)
    if due is not None and due > now + timeout:
        seconds = math.ceil((due - now + ANSWER_MARGIN).total_seconds())
        raise SupaopsError(
            f"no tick is due within {timeout.total_seconds():g} s: the next is at "
            f"{due:%Y-%m-%d %H:%M:%S} UTC",
            hint=f"run it again with --timeout {seconds}",
        )


def _look(
    conn: Connection,
    config: Config,
    job_id: int,
    since: datetime,
    jobs: Mapping[str, LiveCronJob],
) -> Journey:
    return Journey(config, read_trace(conn, config, job_id, since, list(jobs)), since, jobs)


def _follow(
    look: Callable[[], Journey], timeout: timedelta, progress: Progress
) -> tuple[Journey, tuple[Hop, ...]]:
    """Poll until every hop is passed, one has failed for good, or time is up."""
    deadline = time.monotonic() + timeout.total_seconds()
    shown = 0
    while True:
        journey = look()
        found = hops(journey)
        passed = [hop for hop in found if hop.ok]
        for hop in passed[shown:]:
            progress(hop)
        shown = len(passed)
        ended = found[-1].ok or found[-1].failed
        if ended or time.monotonic() >= deadline:
            return journey, found
        time.sleep(POLL_S)
