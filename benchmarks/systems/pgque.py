"""PgQue: a log that consumers read in batches between two ticks, with no state per job."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.programs import DRIVERS, PYTHON, python_missing
from benchmarks.server import Server
from benchmarks.systems.sql import SqlFile, fill
from benchmarks.systems.system import PAYLOAD, Statements, Worker

_ALL = 2_147_483_647
# A batch is what came between two ticks; a limit below it would drop the rest at the ack.
CLAIM = f"""select coalesce(max(batch_id), 0) as ids, array_agg(payload)::text as payloads,
       count(*) as claimed
  from pgque.receive('bench', 'bench', {_ALL})"""
STATEMENTS = Statements(
    jobs=f"select array_agg({PAYLOAD}::text) as jobs from generate_series(1, :batch) n",
    enqueue="select cardinality(pgque.send_batch('bench', 'bench', :jobs::text[]))",
    enqueue_one="select pgque.send('bench', :payload::jsonb)",
    tick="select pgque.ticker('bench')",
    claim=CLAIM,
    complete="select case when :ids::bigint > 0 then pgque.ack(:ids::bigint) end",
    background=(("select pgque.ticker()", 0.1), ("select pgque.maint()", 30.0)),
)


class Pgque(SqlFile):
    """One queue and one consumer; cooperating consumers are experimental there."""

    name = "PgQue"
    variable = "SUPAOPS_BENCH_PGQUE_SQL"
    file = "pgque.sql"
    # Its own count of pending events is an estimate from a sequence.
    unfinished = """select count(*)
  from pgque.event_template e, pgque.subscription s
  join pgque.tick t on t.tick_queue = s.sub_queue and t.tick_id = s.sub_last_tick
 where not pg_visible_in_snapshot(e.ev_txid, t.tick_snapshot)"""
    shared = False

    def install(self, server: Server) -> None:
        """Run the file as its manual says, and tick on each event rather than each 500."""
        with server.connect() as db:
            db.execute("set client_min_messages = error")
            db.execute(self.script())
            db.execute("select pgque.create_queue('bench')")
            db.execute("select pgque.subscribe('bench', 'bench')")
            db.execute("select pgque.set_queue_config('bench', 'ticker_max_count', '1')")

    def statements(self, server: Server, batch: int) -> Statements:  # noqa: ARG002  the interface
        """Return the public functions; the same for each size."""
        return STATEMENTS

    def enqueue(self, server: Server, jobs: int) -> None:
        """Add jobs between two ticks, as they come when the ticker is slower than the producer."""
        fill(server, replace(STATEMENTS, tick=None), jobs)
        server.number("select pgque.ticker('bench')")

    def workers(self) -> tuple[Worker, ...]:
        """Return the consumer of its Python package."""
        if python_missing():
            return ()
        return (Worker("PgQue", (PYTHON, str(DRIVERS / "pgque_worker.py"))),)
