"""Short forms of what the tests of the queue do all the time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, LiteralString

from supaops.db.connect import Connection

Row = dict[str, Any]

# How many of the other connections wait for a lock.
WAITING = """
  select count(*) from pg_stat_activity
  where application_name = 'pytest another' and wait_event_type = 'Lock'
"""

# Running jobs that no open lease holds.
UNHELD = """
  select j.id from job_queue j
  left join supaops.lease l on l.id = j.lease_id and j.id = any (l.job_ids) and l.closed_at is null
  where j.status = 'running' and l.id is null
"""
# Jobs that no claim would ever see.
BELOW_FLOOR = """
  select j.id from job_queue j join supaops.lane l on l.id = j.lane
  where j.ready_at < timestamptz 'epoch'
    + coalesce(pg_sequence_last_value(l.floor), 0) * interval '1 microsecond'
"""
# Where job_queue_stats() says something else than the jobs do.
MISCOUNTED = """
  with said as (select queue, task_type, status, jobs from job_queue_stats()),
  present as (
    select queue, task_type, status, count(*) as jobs from job_queue
    group by queue, task_type, status
  )
  (table said except table present) union all (table present except table said)
"""
# Jobs that are gone and still recorded.
ORPHANS = """
  select job_id from supaops.attempt where job_id not in (select id from job_queue)
"""


def value(db: Connection, sql: LiteralString, *arguments: object) -> Any:
    """Return the first column of the first row; None without a row."""
    row = db.execute(sql, arguments).fetchone()
    return next(iter(row.values())) if row else None


def column(db: Connection, sql: LiteralString, *arguments: object) -> list[Any]:
    """Return the first column of every row."""
    return [next(iter(row.values())) for row in db.execute(sql, arguments)]


def enqueue(db: Connection, task_type: str = "plain", **options: object) -> int:
    """Enqueue one job and return its id; options are the arguments of job_queue_enqueue by name."""
    names = "".join(f", {name} => %({name})s" for name in options)
    statement = f"select job_queue_enqueue(%(task_type)s{names}) as id"
    row = db.execute(statement.encode(), {"task_type": task_type, **options}).fetchone()
    assert row is not None
    return int(row["id"])


def claim(db: Connection, limit: int = 1, **options: object) -> list[Row]:
    """Claim jobs; options are the other arguments of job_queue_claim by name."""
    names = "".join(f", {name} => %({name})s" for name in options)
    statement = f'select * from job_queue_claim("limit" => %(limit)s{names})'
    return db.execute(statement.encode(), {"limit": limit, **options}).fetchall()


def job(db: Connection, job_id: int) -> Row:
    """Return the row of a job."""
    row = db.execute("select * from job_queue where id = %s", [job_id]).fetchone()
    assert row is not None, f"job {job_id} is gone"
    return row


@dataclass(frozen=True)
class Exchanged:
    """The answer of an exchange: what became of the reports, and the rows of the claim."""

    refused: list[int]
    statuses: list[dict[str, Any]]
    claimed: list[dict[str, Any]]

    @property
    def held(self) -> dict[str, Any]:
        """Return the report that all of the claim has succeeded."""
        return {
            "lease_id": self.claimed[0]["lease_id"],
            "job_ids": [row["id"] for row in self.claimed],
        }


def exchange(db: Connection, done: object, failed: object, limit: int) -> Exchanged:
    """Report and claim in one call; None reports nothing."""
    rows = db.execute(
        "select * from job_queue_exchange(%s::jsonb, %s::jsonb, %s, 'w')",
        [*(None if each is None else json.dumps(each) for each in (done, failed)), limit],
    ).fetchall()
    reports = [(row.pop("refused"), row.pop("statuses")) for row in rows]
    assert reports[1:] == [(None, None)] * (len(rows) - 1)
    assert set(rows[0].values()) == {None}
    return Exchanged(*reports[0], rows[1:])


def expire_leases(db: Connection) -> None:
    """Let every lease run out now."""
    db.execute("update supaops.lease set expires_at = clock_timestamp() - interval '1 second'")


def rows_read(db: Connection) -> int:
    """Return how many rows of the queue this database ever read, by any kind of scan."""
    db.execute("select pg_stat_force_next_flush()")
    count: int = value(
        db,
        "select seq_tup_read + idx_tup_fetch from pg_stat_user_tables where relname = 'job_queue'",
    )
    return count
