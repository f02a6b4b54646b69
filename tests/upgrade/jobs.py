"""Jobs in every state, made by the functions of whichever version is installed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from supaops.db.connect import Connection

TASK = "game_platform_sync"
Row = dict[str, Any]

_JOBS = "select to_jsonb(j) as job from public.job_queue as j order by j.id"


@dataclass(frozen=True, slots=True)
class Held:
    """Two running jobs and the lease that a worker of the old version has for them."""

    lease: int
    jobs: list[int]


def populate(conn: Connection) -> Held:
    """Make a job succeed, one fail, one wait for its retry; leave two running, others waiting."""
    for _ in range(6):
        enqueue(conn)
    done, failed, retried, *held = claim(conn, 5)
    lease = done["lease_id"]
    conn.execute("select public.job_queue_mark_succeeded(%s, %s)", [done["id"], lease])
    conn.execute("update public.job_queue set max_attempts = 1 where id = %s", [failed["id"]])
    for each in (failed, retried):
        conn.execute("select public.job_queue_mark_failed(%s, 'boom', %s)", [each["id"], lease])
    conn.execute("select public.job_queue_cancel(array[%s])", [enqueue(conn)])
    enqueue(conn, run_at="2999-01-01")
    enqueue(conn, queue="paused", dedup_key="once")
    conn.execute("select public.job_queue_pause('paused', 'a test')")
    return Held(lease, [each["id"] for each in held])


def enqueue(conn: Connection, **options: object) -> int:
    names = "".join(f", {name} => %({name})s" for name in options)
    statement = f"select public.job_queue_enqueue('{TASK}'{names}) as id"
    row = conn.execute(statement.encode(), options).fetchone() or {}
    return int(row["id"])


def claim(conn: Connection, limit: int = 1) -> list[Row]:
    return conn.execute(
        "select id, lease_id from public.job_queue_claim(%s, 'old')", [limit]
    ).fetchall()


def succeed(conn: Connection, job: int, lease: int) -> bool:
    row = conn.execute(
        "select public.job_queue_mark_succeeded(%s, %s) as accepted", [job, lease]
    ).fetchone()
    return bool(row and row["accepted"])


def jobs(conn: Connection) -> list[Row]:
    return [row["job"] for row in conn.execute(_JOBS)]
