"""Send one job through the chain and read how far it came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.queries import query
from supaops.errors import DatabaseError

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Trace:
    """How far a job came: each part is None until it is there.

    Attributes:
        job: status, started_at, completed_at, worker, last_error.
        run: the cron run: runid, status, return_message, start_time, end_time.
        dispatch: id, request_id, created_at, is_queued, status_code, error, responded_at.
        net_backlog: requests waiting in pg_net's queue.
        held: why the latest tick since then was not to post; None for any other reason.
    """

    job: Row | None
    run: Row | None
    dispatch: Row | None
    net_backlog: int
    held: str | None = None


@dataclass(frozen=True, slots=True)
class LiveCronJob:
    """A cron job as pg_cron holds it now."""

    schedule: str
    active: bool


def enqueue_smoke_job(conn: Connection, config: Config, payload: Mapping[str, Any]) -> Row:
    """Enqueue the smoke job ahead of every other; return its `job_id` and `enqueued_at`."""
    parameters = {"task_type": config.smoke.task_type, "payload": Jsonb(dict(payload))}
    with translated("enqueuing the smoke job"):
        try:
            # In binary form a time does not depend on the role's DateStyle.
            statement = _statement("smoke.enqueue", config)
            row = conn.execute(statement, parameters, binary=True).fetchone()
        except psycopg.errors.UndefinedFunction as error:
            env = config.environment
            raise DatabaseError(
                f"the queue {config.queue.name} is not in this database",
                hint=f"supaops apply --env {env}",
            ) from error
    return row or {}


def others_wait(conn: Connection, config: Config) -> bool:
    """Tell whether there are jobs that a worker would run."""
    with translated("looking for jobs that wait"):
        row = conn.execute(_statement("smoke.others_wait", config)).fetchone()
    return bool(row and row["others_wait"])


def read_trace(
    conn: Connection, config: Config, job_id: int, since: datetime, cron_jobs: list[str]
) -> Trace:
    """Read the job, its dispatch and its cron run in one round trip."""
    parameters = {"job_id": job_id, "since": since, "cron_jobs": cron_jobs}
    with translated("following the smoke job"):
        row = conn.execute(_statement("smoke.trace", config), parameters).fetchone()
    return Trace(**{key: _with_times(value) for key, value in (row or {}).items()})


def live_cron_jobs(conn: Connection, names: list[str]) -> dict[str, LiveCronJob]:
    """Return the pg_cron jobs of this role that have these names, by name."""
    with translated("reading cron.job"):
        rows = conn.execute(query("smoke.cron_jobs"), {"cron_jobs": names}).fetchall()
    return {row.pop("name"): LiveCronJob(**row) for row in rows}


def remove_job(conn: Connection, config: Config, job_id: int) -> None:
    """Delete the smoke job, whatever became of it."""
    with translated("removing the smoke job"):
        conn.execute(_statement("smoke.remove", config), {"job_id": job_id})


def _statement(name: str, config: Config) -> sql.Composed:
    schema, prefix = config.queue.schema_name, config.queue.name
    return sql.SQL(query(name)).format(
        table=sql.Identifier(schema, prefix), enqueue=sql.Identifier(schema, f"{prefix}_enqueue")
    )


def _with_times(value: Any) -> Any:
    """Turn the timestamps of a JSON row, which arrive as text, back into datetimes."""
    if not isinstance(value, dict):
        return value
    return {
        key: datetime.fromisoformat(item) if item and key.endswith(("_at", "_time")) else item
        for key, item in value.items()
    }
