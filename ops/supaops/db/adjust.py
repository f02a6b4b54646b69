"""Change when a pending job runs, and how early among others."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg.sql import SQL, Composed, Identifier

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.operators import Actor, acting, record
from supaops.db.queries import query

PENDING = "pending"


def adjust_job(
    conn: Connection,
    config: Config,
    job_id: int,
    actor: Actor,
    *,
    run_at: datetime | None = None,
    priority: int | None = None,
) -> str | None:
    """Change a job if it is pending, in one transaction with its row in the audit.

    Args:    run_at, priority: None leaves it as it is.
    Returns: the status that it was found in; None for a job that is gone.
    Raises:  DatabaseError; Blocked when somebody holds the job for longer than 5 s.
    """
    wanted: dict[str, Any] = {"run_at": run_at, "priority": priority}
    with acting(conn, f"changing job {job_id}", actor):
        found = conn.execute(_statement("locked", config), {"id": job_id}, binary=True).fetchone()
        if found is None or found["status"] != PENDING:
            return found["status"] if found else None
        conn.execute(_statement("change", config), {"id": job_id, **wanted})
        given = {name: value for name, value in wanted.items() if value is not None}
        before = {name: _plain(found[name]) for name in given}
        after = {name: _plain(value) for name, value in given.items()}
        action = "reschedule" if run_at else "set priority"
        record(conn, action, f"job:{job_id}", before, after)
    return PENDING


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _statement(name: str, config: Config) -> Composed:
    table = Identifier(config.queue.schema_name, config.queue.name)
    return SQL(query(f"adjust.{name}")).format(table=table)
