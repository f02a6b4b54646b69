"""The smoke test: one real job through the whole chain, each hop timed.

enqueue -> cron tick -> request in the net queue -> claim -> success -> HTTP answer
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.smoke import active_cron_jobs, enqueue_smoke_job, read_trace, remove_job
from supaops.jobs.hops import Hop, Journey, hops

POLL_S = 0.1

Progress = Callable[[Hop], None]


@dataclass(frozen=True, slots=True)
class SmokeResult:
    """What became of one smoke job.

    Attributes:
        hops: in the order of the chain; the first that is not ok is the broken one.
        http_status: of the worker's answer; None when there was none.
    """

    environment: str
    job_id: int
    correlation_id: str
    hops: tuple[Hop, ...]
    http_status: int | None

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

    Raises: DatabaseError when the queue is not there or refuses the job.
    """
    correlation_id = str(uuid.uuid4())
    payload = {**config.smoke.payload, "correlation_id": correlation_id}
    names = [name for name, job in config.cron.jobs.items() if job.call == "trigger_worker"]
    sent = enqueue_smoke_job(conn, config, payload)
    job_id = int(sent["job_id"])
    look = partial(_look, conn, config, job_id, sent["enqueued_at"], active_cron_jobs(conn, names))
    try:
        journey, found = _follow(look, timeout, progress)
    finally:
        remove_job(conn, config, job_id)
    status = (journey.trace.dispatch or {}).get("status_code")
    return SmokeResult(config.environment, job_id, correlation_id, found, status)


def _look(
    conn: Connection, config: Config, job_id: int, since: datetime, jobs: Mapping[str, bool]
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
