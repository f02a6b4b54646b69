"""pgmq: messages with a visibility timeout, deleted when done."""

from __future__ import annotations

from benchmarks.server import Server
from benchmarks.systems.sql import SqlFile
from benchmarks.systems.system import PAYLOAD, Statements

STATEMENTS = Statements(
    jobs=f"select array_agg({PAYLOAD}) as jobs from generate_series(1, :batch) n",
    enqueue="select count(*) from pgmq.send_batch('bench', :jobs::jsonb[])",
    enqueue_one="select pgmq.send('bench', :payload::jsonb)",
    claim="""select coalesce(array_agg(msg_id), '{}')::text as ids,
       array_agg(message)::text as payloads, count(*) as claimed
  from pgmq.read('bench', 300, :batch)""",
    complete="select count(*) from pgmq.delete('bench', :ids::bigint[])",
)


class Pgmq(SqlFile):
    """Its SQL file in a schema of that name, which it has no extension for here."""

    name = "pgmq"
    variable = "SUPAOPS_BENCH_PGMQ_SQL"
    file = "pgmq.sql"
    unfinished = "select count(*) from pgmq.q_bench"

    def install(self, server: Server) -> None:
        """Run the file and make one queue."""
        with server.connect() as db:
            db.execute("create schema pgmq")
            db.execute(self.script())
            db.execute("select pgmq.create('bench')")

    def statements(self, server: Server, batch: int) -> Statements:  # noqa: ARG002  the interface
        """Return the public functions; the same for each size."""
        return STATEMENTS
