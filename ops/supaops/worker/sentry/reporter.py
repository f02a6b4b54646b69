"""Report to Sentry, at no job's expense."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, cast

from sentry_sdk import Client

from supaops.config.monitors import Monitor
from supaops.db.outcomes import LostJob
from supaops.db.work import Job
from supaops.worker.label import worker_label
from supaops.worker.reporter import Ended, Reporter
from supaops.worker.sentry.checkins import CheckIns
from supaops.worker.sentry.event import Reported, failure_event
from supaops.worker.sentry.rounds import EVERY_S, Losses, Rounds, Runs
from supaops.worker.sentry.transport import FULL, Transport

if TYPE_CHECKING:
    from sentry_sdk.types import Event

FLUSH_S = 2.0
LOST = "LostLease: no worker reported the last attempt before its lease ended"
_NAMESPACE = uuid.UUID("b4a3f7a1-2a55-4a0f-8f0c-3f1f0b3d8a11")

log = logging.getLogger("supaops.worker")


class SentryReporter(Reporter):
    """Send failures without retries left as events, and check in for cron jobs.

    Everything is handed to the transport's thread. What it has no room for is not even made: it is
    counted and dropped, as is whatever goes wrong here.

    Args:
        messages: whether an event holds what the handler's error says.
        every_s: how often to look at the runs of pg_cron, in seconds.
    """

    def __init__(
        self,
        client: Client,
        monitors: Iterable[Monitor] = (),
        *,
        messages: bool = False,
        every_s: float = EVERY_S,
    ) -> None:
        transport = client.transport
        assert isinstance(transport, Transport)  # noqa: S101  for the type checker: ours, since there is a DSN
        self._client = client
        self._transport = transport
        self._messages = messages
        self._checkins = CheckIns(monitors, self._check_in, time.monotonic)
        looks = {
            "runs of cron jobs": Runs(self._checkins).look,
            "lost jobs": Losses(self._lost).look,
        }
        self._rounds = Rounds(looks, every_s=every_s)

    def failed(self, job: Job, error: str, cause: BaseException | None) -> None:
        """Send an event."""
        self._report(Reported(job, error, cause), worker=worker_label(None))

    def posted(self, dispatch: str | None, *, served: bool) -> None:
        """Check in for the job that posts."""
        if dispatch is not None:
            self._checkins.post(dispatch, served=served)

    async def watch(self, ended: Ended) -> None:
        """Check in for the other jobs, and report those whose worker was lost."""
        await self._rounds.watch(ended)

    async def close(self) -> None:
        """Send what waits, for two seconds at most."""
        await asyncio.to_thread(self._client.close, FLUSH_S)

    def describe(self) -> dict[str, Any]:
        """Return how many reports were dropped, and why the newest attempt failed."""
        delivery = self._transport.delivery
        return {"enabled": True, "dropped": delivery.dropped, "last_error": delivery.last_error}

    def _lost(self, job: LostJob) -> None:
        """Send an event whose id is the same from every worker that finds the job."""
        about = f"{job.id} {job.attempts} {job.finished_at.isoformat()}"
        event_id = uuid.uuid5(_NAMESPACE, about).hex
        self._report(Reported(job, LOST), worker=job.worker or "unknown", event_id=event_id)

    def _report(self, failure: Reported, *, worker: str, **more: str) -> None:
        self._send(lambda: more | failure_event(failure, worker=worker, messages=self._messages))

    def _check_in(self, check_in: dict[str, Any]) -> None:
        self._send(lambda: check_in)

    def _send(self, make: Callable[[], dict[str, Any]]) -> None:
        """Hand over what `make` returns, without a wait; what fails here fails no job."""
        delivery = self._transport.delivery
        if self._transport.is_full:
            delivery.drop(why=FULL)
            return
        try:
            self._client.capture_event(cast("Event", make()))
        except Exception as error:
            delivery.drop(why=type(error).__name__)
            log.warning("not reported to Sentry: %s", type(error).__name__)
