"""What the stand-in for pg_cron's scheduler reads and writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from supaops.db.connect import AsyncConnection
from supaops.db.queries import query
from supaops.db.session import open_session, server_errors

APPLICATION_NAME = "pg_cron scheduler"


@dataclass(frozen=True, slots=True)
class CronJob:
    """A row of cron.job that is active."""

    jobid: int
    schedule: str
    command: str
    database: str
    username: str


@dataclass(frozen=True, slots=True)
class CronSettings:
    """Where jobs connect to, and how many may run at once."""

    socket: str
    port: str
    max_running_jobs: int


class CronStore:
    """The scheduler's own session."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, admin_url: str) -> CronStore:
        """Connect and wait until no other scheduler holds the lock.

        Raises: DatabaseError.
        """
        connection = await open_session(admin_url, application_name=APPLICATION_NAME)
        with server_errors():
            await connection.execute(query("cron.lock"))
        return cls(connection)

    async def close(self) -> None:
        """End the session, which frees the lock."""
        await self._connection.close()

    async def settings(self) -> CronSettings:
        """Read what the server was started with."""
        with server_errors():
            cursor = await self._connection.execute(query("cron.settings"))
            (row,) = await cursor.fetchall()
        return CronSettings(**row)

    async def mark_interrupted(self) -> None:
        """Mark the runs as failed that a former scheduler did not see to their end."""
        with server_errors():
            await self._connection.execute(query("cron.mark_interrupted"))

    async def active_jobs(self) -> list[CronJob]:
        """Return all active jobs."""
        with server_errors():
            cursor = await self._connection.execute(query("cron.active_jobs"))
            return [CronJob(**row) for row in await cursor.fetchall()]

    async def begin_run(self, job: CronJob) -> int:
        """Record that a run starts; return its id."""
        values = {"jobid": job.jobid, "database": job.database}
        values |= {"username": job.username, "command": job.command}
        with server_errors():
            cursor = await self._connection.execute(query("cron.begin_run"), values)
            (row,) = await cursor.fetchall()
        return int(row["runid"])

    async def update_run(
        self,
        runid: int,
        status: str,
        *,
        job_pid: int | None = None,
        message: str | None = None,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
    ) -> None:
        """Record how far a run is; what is None stays as it was."""
        values = {"runid": runid, "status": status, "job_pid": job_pid, "message": message}
        values |= {"start_time": start_time, "end_time": end_time}
        with server_errors():
            await self._connection.execute(query("cron.update_run"), values)
