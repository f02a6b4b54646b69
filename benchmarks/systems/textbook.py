"""The queue that most teams write by hand: one table, `for update skip locked`, no more.

It has no leases, no fencing, no retries, no limits and no history. What supaops costs above it is
the price of those.
"""

from __future__ import annotations

from benchmarks.server import Server
from benchmarks.systems.sql import SqlSystem
from benchmarks.systems.system import PAYLOAD, Statements

INSTALL = b"""
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
# The claim goes through an id array, the form whose plan does not flip.
STATEMENTS = Statements(
    jobs=f"select array_agg({PAYLOAD}) as jobs from generate_series(1, :batch) n",
    enqueue="insert into textbook_job (task_type, payload) select 'bench', unnest(:jobs::jsonb[])",
    enqueue_one="insert into textbook_job (task_type, payload) values ('bench', :payload)",
    claim="""with claimed as (
  update textbook_job set status = 'running', started_at = now(), attempts = attempts + 1
   where id = any (array(
     select id from textbook_job where status = 'pending' and run_at <= now()
      order by priority, run_at, id limit :batch for update skip locked))
  returning id, payload)
select coalesce(array_agg(id), '{}')::text as ids, array_agg(payload)::text as payloads,
       count(*) as claimed
  from claimed""",
    complete="""update textbook_job set status = 'succeeded', completed_at = now()
 where id = any (:ids::bigint[]) and status = 'running'""",
)


class Textbook(SqlSystem):
    """The floor."""

    name = "textbook"
    unfinished = "select count(*) from textbook_job where status <> 'succeeded'"

    def version(self) -> str:
        """Return that of its table."""
        return "as in benchmarks/systems/textbook.py"

    def install(self, server: Server) -> None:
        """Make the table and its one index."""
        with server.connect() as db:
            db.execute(INSTALL)

    def statements(self, server: Server, batch: int) -> Statements:  # noqa: ARG002  the interface
        """Return the same for each size."""
        return STATEMENTS
