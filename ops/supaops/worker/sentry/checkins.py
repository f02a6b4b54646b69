"""Check-ins of cron jobs: what a post, or a run of pg_cron, says of a monitor."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any, Literal

from supaops.config.monitors import Monitor
from supaops.db.outcomes import CronRun

Status = Literal["ok", "error", "in_progress"]
Send = Callable[[dict[str, Any]], None]

# Sentry takes six a minute per monitor, and has no schedule below a minute. Somewhat less than one,
# so that a tick of every minute is never too early.
EVERY_S = 50.0
_ENDED: dict[str, Status] = {"succeeded": "ok", "failed": "error"}
_NAMESPACE = uuid.UUID("6f2d1f0e-6a43-4d0c-9a57-0c1a5b1e7d52")


class CheckIns:
    """Send check-ins, each status of a monitor once a minute at most.

    A check-in's id follows from what it is about, so that the second worker that tells of one run
    says nothing new.

    Args:
        send: takes a check-in; neither raises nor waits.
        clock: seconds of a clock that never goes back.
    """

    def __init__(self, monitors: Iterable[Monitor], send: Send, clock: Callable[[], float]) -> None:
        every = list(monitors)
        self._posted = [each for each in every if each.by_posts]
        self._by_job = {each.job: each for each in every if not each.by_posts}
        self._send = send
        self._clock = clock
        self._sent: dict[tuple[str, Status], float] = {}

    @property
    def jobs(self) -> tuple[str, ...]:
        """Return the names of the cron jobs whose runs are to be followed."""
        return tuple(self._by_job)

    def post(self, dispatch: str, *, served: bool) -> None:
        """Check in for the job that posts."""
        for monitor in self._posted:
            self._check_in(monitor, "ok" if served else "error", f"post {dispatch}")

    def run(self, run: CronRun) -> None:
        """Check in for the job of a run: when it has ended, and while it goes on."""
        monitor = self._by_job.get(run.job)
        if monitor is None:
            return
        lasted = (run.ended_at - run.started_at) if run.ended_at and run.started_at else None
        self._check_in(
            monitor,
            _ENDED.get(run.status, "in_progress"),
            f"run {run.runid} {run.started_at}",
            lasted.total_seconds() if lasted else None,
        )

    def _check_in(
        self, monitor: Monitor, status: Status, about: str, duration_s: float | None = None
    ) -> None:
        now, key = self._clock(), (monitor.slug, status)
        if now - self._sent.get(key, float("-inf")) < EVERY_S:
            return
        self._sent[key] = now
        self._send(_check_in(monitor, status, about, duration_s))


def _check_in(
    monitor: Monitor, status: Status, about: str, duration_s: float | None
) -> dict[str, Any]:
    """Return a check-in that makes the monitor, or brings it up to date.

    Source: https://develop.sentry.dev/sdk/telemetry/check-ins/
    """
    return {
        "type": "check_in",
        "check_in_id": uuid.uuid5(_NAMESPACE, f"{monitor.slug} {about}").hex,
        "monitor_slug": monitor.slug,
        "status": status,
        "duration": duration_s,
        "monitor_config": monitor.config,
    }
