"""The scheduler of the pg_cron stand-in: starts the jobs of cron.job and records their runs.

Source of the behaviour: pg_cron 1.6.5, src/pg_cron.c and src/task_states.c.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from supaops.clock import Clock, utc_now
from supaops.db.connect import AsyncConnection
from supaops.db.cron import CronJob, CronSettings, CronStore
from supaops.db.feedback import Outcome
from supaops.db.session import hang_up, open_session, run_command
from supaops.errors import ConnectionFailed, DatabaseError
from supaops.local.cron_timing import MINUTE, interval_is_due, minute_of, runs_due, schedule_of

LOG = logging.getLogger(__name__)

_LONGEST_WAIT_S = 1.0
_START_TIMEOUT_S = 10
_SHORTEST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 5.0
_CANCELED = Outcome(succeeded=False, message="job canceled")


@dataclass(slots=True)
class Task:
    """An active job, when it last started, and the runs that it still owes."""

    job: CronJob
    last_start: datetime
    pending: int = 0
    run: asyncio.Task[None] | None = None
    gone: asyncio.Event = field(default_factory=asyncio.Event)


class Scheduler:
    """One life of the scheduler on one connection."""

    def __init__(
        self, store: CronStore, admin_url: str, settings: CronSettings, clock: Clock = utc_now
    ) -> None:
        self._store = store
        self._admin_url = admin_url
        self._settings = settings
        self._clock = clock
        self._tasks: dict[int, Task] = {}
        self._runs: set[asyncio.Task[None]] = set()
        self._last_minute = minute_of(clock())
        self._run_ended = asyncio.Event()
        self._started = False

    async def run(self) -> None:
        """Start what is due until the connection fails.

        Raises: DatabaseError.
        """
        await self._store.mark_interrupted()
        try:
            while True:
                self._refresh(await self._store.active_jobs())
                self._count_due(self._clock())
                self._launch()
                await self._idle()
        finally:
            await self._abandon()

    def _refresh(self, jobs: list[CronJob]) -> None:
        """Take over what changed in cron.job; the run of a job that is gone is given up."""
        found = {job.jobid: job for job in jobs}
        for jobid in self._tasks.keys() - found.keys():
            self._tasks.pop(jobid).gone.set()
        for jobid, job in found.items():
            if jobid in self._tasks:
                self._tasks[jobid].job = job
            else:
                self._tasks[jobid] = Task(job, self._clock())

    def _count_due(self, now: datetime) -> None:
        for task in self._tasks.values():
            schedule = schedule_of(task.job.schedule)
            task.pending += runs_due(schedule, self._last_minute, now)
            task.pending += schedule.at_start and not self._started
            if task.pending == 0 and interval_is_due(schedule, task.last_start, now):
                task.pending = 1
        self._started = True
        self._last_minute = max(self._last_minute, minute_of(now))

    def _launch(self) -> None:
        for task in self._tasks.values():
            if len(self._runs) >= self._settings.max_running_jobs:
                return
            if task.pending and task.run is None:
                task.pending -= 1
                task.last_start = self._clock()
                task.run = asyncio.create_task(self._execute(task))
                self._runs.add(task.run)

    async def _idle(self) -> None:
        """Sleep until a run ends, something falls due, or cron.job is to be read again."""
        now = self._clock()
        due = [minute_of(now) + MINUTE]
        for task in self._tasks.values():
            seconds = schedule_of(task.job.schedule).seconds
            if seconds is not None and task.run is None:
                due.append(task.last_start + timedelta(seconds=seconds))
        wait = (min(due) - now).total_seconds()
        self._run_ended.clear()
        try:
            async with asyncio.timeout(min(max(wait, 0.001), _LONGEST_WAIT_S)):
                await self._run_ended.wait()
        except TimeoutError:
            return

    async def _execute(self, task: Task) -> None:
        try:
            runid = await self._store.begin_run(task.job)
            outcome = await self._outcome(task, runid)
            status = "succeeded" if outcome.succeeded else "failed"
            LOG.info("cron job %s %s", task.job.jobid, status)
            await self._store.update_run(
                runid, status, message=outcome.message, end_time=self._clock()
            )
        except DatabaseError as error:
            LOG.warning("cron job %s: its run cannot be recorded: %s", task.job.jobid, error)
        finally:
            if task.run is not None:
                self._runs.discard(task.run)
            task.run = None
            self._run_ended.set()

    async def _outcome(self, task: Task, runid: int) -> Outcome:
        """Run the job in a session of its own, recording each step as pg_cron does."""
        try:
            return await self._session(task, runid)
        except ConnectionFailed:
            outcome = Outcome(succeeded=False, message="connection failed")
        except TimeoutError:
            outcome = Outcome(succeeded=False, message="job startup timeout")
        await self._store.update_run(runid, "failed", start_time=task.last_start)
        return outcome

    async def _session(self, task: Task, runid: int) -> Outcome:
        await self._store.update_run(runid, "connecting")
        job = task.job
        async with asyncio.timeout(_START_TIMEOUT_S):
            # The socket, where the server knows the account that runs both it and us.
            connection = await open_session(
                self._admin_url, application_name="pg_cron", host=self._settings.socket,
                port=self._settings.port, user=job.username, dbname=job.database, password="",
            )  # fmt: skip
        try:
            await self._store.update_run(runid, "sending", job_pid=connection.info.backend_pid)
            task.last_start = self._clock()
            await self._store.update_run(runid, "running", start_time=task.last_start)
            return await _run_unless(task.gone, connection, job.command)
        finally:
            await connection.close()  # And no commit: what the command left open is undone.

    async def _abandon(self) -> None:
        for run in self._runs:
            run.cancel()
        await asyncio.gather(*self._runs, return_exceptions=True)


async def _run_unless(gone: asyncio.Event, connection: AsyncConnection, command: str) -> Outcome:
    """Run a command; once its job is gone, hang up as pg_cron does: the server finishes it."""
    if gone.is_set():
        return _CANCELED
    running = asyncio.ensure_future(run_command(connection, command))
    over = asyncio.ensure_future(gone.wait())
    try:
        await asyncio.wait({running, over}, return_when=asyncio.FIRST_COMPLETED)
        return running.result() if running.done() else _CANCELED
    finally:
        over.cancel()
        if not running.done():
            hang_up(connection)
            await asyncio.wait({running})


async def run(admin_url: str) -> None:
    """Schedule jobs for ever; a lost connection is made again.

    Args:    admin_url: of the superuser that owns schema cron.
    """
    pause = _SHORTEST_PAUSE_S
    while True:
        try:
            store = await CronStore.open(admin_url)
            try:
                settings = await store.settings()
                pause = _SHORTEST_PAUSE_S
                await Scheduler(store, admin_url, settings).run()
            finally:
                await store.close()
        except DatabaseError as error:
            LOG.warning("pg_cron scheduler: %s", error)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE_S)
