"""What operators do to jobs through the queue's functions, each call with who and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from psycopg import sql
from psycopg.types.json import Jsonb

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.live import settle_in
from supaops.db.lock import milliseconds
from supaops.db.queries import query
from supaops.errors import DatabaseError

LOCK_WAIT = timedelta(seconds=5)
LONGEST_STATEMENT = timedelta(seconds=60)
_OBJECTS = (
    "attempts",
    "cancel",
    "cleanup",
    "cron_history",
    "dispatch_history",
    "enqueue",
    "pause",
    "replay",
    "resume",
    "retry",
    "stats",
)
_PARTS = ("columns", "counted", "matches")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and why; all of it stands in the audit.

    Attributes:
        source: by what they act: ``cli`` or ``dashboard``.
        request_id: of the HTTP request that asked for it.
    """

    name: str
    reason: str | None = None
    source: str = "cli"
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to enqueue; None takes what its task type declares."""

    task_type: str
    payload: Any
    run_at: datetime | None = None
    queue: str | None = None
    priority: int = 0
    max_attempts: int | None = None
    dedup_key: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one job.

    Attributes:
        new_id: of a replay, the new job.
        problem: why there is none.
    """

    job_id: int
    new_id: int | None = None
    problem: str | None = None


@contextmanager
def acting(conn: Connection, doing: str, actor: Actor) -> Iterator[None]:
    """Run the block in a transaction that waits 5 s for a lock at most, as this actor.

    Raises: DatabaseError; Blocked when somebody holds a lock.
    """
    limits = {
        "lock_timeout": milliseconds(LOCK_WAIT),
        "statement_timeout": milliseconds(LONGEST_STATEMENT),
    }
    who = {
        "actor": actor.name,
        "reason": actor.reason or "",
        "source": actor.source,
        "request_id": actor.request_id or "",
    }
    with translated(doing), conn.transaction():
        conn.execute(query("lock.settings"), limits)  # and out of the server's log with values
        settle_in(conn)
        conn.execute(query("operators.identity"), who)
        yield


def change_jobs(
    conn: Connection, config: Config, verb: str, ids: list[int], actor: Actor
) -> list[Done]:
    """Retry, cancel or replay jobs in one transaction.

    Returns: a row per job that was changed, or that a replay could not copy.
    Raises: DatabaseError, and then none is changed.
    """
    with acting(conn, f"{verb} of {len(ids)} jobs", actor):
        rows = conn.execute(composed(f"operators.{verb}", config), {"ids": ids}).fetchall()
    return [Done(**row) for row in rows]


def enqueue_job(conn: Connection, config: Config, job: NewJob, actor: Actor) -> tuple[int, bool]:
    """Enqueue one job.

    Returns: its id, and whether a live job had its dedup_key already, whose id it then is.
    Raises: DatabaseError with the queue's own message, as for an unknown task type.
    """
    values = {name: getattr(job, name) for name in NewJob.__slots__}
    with acting(conn, f"enqueuing {job.task_type}", actor):
        statement = composed("operators.enqueue", config)
        [row] = conn.execute(statement, {**values, "payload": Jsonb(job.payload)}).fetchall()
        [found] = conn.execute(composed("operators.enqueued", config), row).fetchall()
        after = {"task_type": job.task_type, **found}
        record(conn, "enqueue", f"job:{row['id']}", None, after)
    return int(row["id"]), bool(found["was_there"])


def clean_up(conn: Connection, config: Config, older_than: timedelta | None, actor: Actor) -> int:
    """Delete finished jobs for five seconds at most; return how many.

    Raises: DatabaseError.
    """
    told = {"older_than_s": older_than.total_seconds() if older_than else None}
    with acting(conn, "cleaning up", actor):
        statement = composed("operators.cleanup", config)
        row = conn.execute(statement, {"older_than": older_than}).fetchone() or {}
        removed = int(row["removed"])
        if removed:
            record(conn, "cleanup", "queue:*", told, {"removed": removed})
    return removed


def record(
    conn: Connection,
    action: str,
    target: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> None:
    """Write down what was done, inside the transaction of `acting` that did it."""
    sides = {"before": before, "after": after}
    told = {name: None if side is None else Jsonb(side) for name, side in sides.items()}
    conn.execute(query("operators.audit"), {"action": action, "target": target, **told})


def statuses(conn: Connection, config: Config, ids: list[int]) -> dict[int, str]:
    """Return the present status of each of these jobs that there is."""
    with translated("reading the jobs"):
        rows = conn.execute(composed("operators.statuses", config), {"ids": ids}).fetchall()
    return {row["id"]: row["status"] for row in rows}


def require_queue(conn: Connection, config: Config) -> None:
    """Refuse a database that does not hold the queue as this version knows it.

    Raises: DatabaseError that names the apply.
    """
    table = sql.Identifier(config.queue.schema_name, config.queue.name).as_string(conn)
    with translated("looking for the queue"):
        row = conn.execute(query("operators.installed"), {"table": table}).fetchone()
    if not (row and row["is_installed"]):
        raise DatabaseError(
            f"the queue {config.queue.name} is not in this database, or of an older version",
            hint=f"supaops apply --env {config.environment}",
        )


def composed(
    name: str,
    config: Config,
    *,
    way: Literal["down", "up"] = "down",
    source: Literal["jobs", "tried"] = "jobs",
) -> sql.Composed:
    """Return a query with the names of the queue's table and functions in it.

    Args:
        way: by descending id or by ascending, where a query looks at many.
        source: at all jobs, or at those with an attempt that did not succeed.
    """
    schema, prefix = config.queue.schema_name, config.queue.name
    names = {each: sql.Identifier(schema, f"{prefix}_{each}") for each in _OBJECTS}
    table = sql.Identifier(schema, prefix)
    parts = {each: sql.SQL(query(f"operators.{each}")) for each in _PARTS}
    step = sql.SQL(query(f"operators.{way}"))
    walked = sql.SQL(query(f"operators.{source}")).format(table=table, way=step)
    return sql.SQL(query(name)).format(table=table, way=step, source=walked, **parts, **names)
