"""The queue that most teams write by hand: one table, `for update skip locked`, no more.

It has no leases, no fencing, no retries, no limits and no history. What supaops costs above it is
the price of those.
"""

from __future__ import annotations

from typing import Any

from supaops.db.connect import Connection

Rows = list[dict[str, Any]]

INSTALL = """
create table textbook_job (
  id bigint generated always as identity primary key,
  task_type text not null,
  payload jsonb not null default '{}',
  status text not null default 'pending',
  priority smallint not null default 0,
  run_at timestamptz not null default now(),
  attempts int not null default 0,
  started_at timestamptz,
  completed_at timestamptz
);
create index on textbook_job (priority, run_at, id) where status = 'pending';
"""
ENQUEUE = "insert into textbook_job (task_type) select 'sync' from generate_series(1, %s)"
CLAIM = """
update textbook_job set status = 'running', started_at = now(), attempts = attempts + 1
 where id = any (array(
   select id from textbook_job where status = 'pending' and run_at <= now()
    order by priority, run_at, id limit %s for update skip locked))
returning id, payload
"""
COMPLETE = """
update textbook_job set status = 'succeeded', completed_at = now()
 where id = any (%s) and status = 'running'
"""
SUCCEEDED = "select count(*) from textbook_job where status = 'succeeded'"


class TextbookQueue:
    """The floor that the ratios refer to."""

    name = "textbook"

    def install(self, db: Connection) -> None:
        """Make the table and its one index."""
        db.execute(INSTALL)

    def enqueue(self, db: Connection, jobs: int) -> None:
        """Insert rows with the column defaults."""
        db.execute(ENQUEUE, [jobs])

    def claim(self, db: Connection, limit: int) -> Rows:
        """Claim through an id array, the form whose plan does not flip."""
        return db.execute(CLAIM, [limit]).fetchall()

    def complete(self, db: Connection, claimed: Rows) -> None:
        """Complete by id: nothing tells a late worker from the holder."""
        db.execute(COMPLETE, [[row["id"] for row in claimed]])

    def succeeded(self, db: Connection) -> int:
        """Count them in the table."""
        return int((db.execute(SUCCEEDED).fetchone() or {})["count"])
