"""The queue of this repository, as `supaops apply` installs it: nothing is switched off."""

from __future__ import annotations

import sys

from benchmarks.fleet import Crew
from benchmarks.programs import DRIVERS
from benchmarks.project import MEASURED, REPOSITORY, apply, declared
from benchmarks.server import Server
from benchmarks.systems.sql import SqlSystem
from benchmarks.systems.system import PAYLOAD, Statements, Worker
from supaops.apply import provenance

EXCHANGE = """select count(id) as claimed, array_agg(payload)::text as payloads,
       case when count(id) = 0 then '[]' else json_build_array(
         json_build_object('lease_id', max(lease_id), 'job_ids', array_agg(id))) end as held
  from (select * from job_queue_exchange(:held, '[]', :batch, 'bench') offset 1) claimed"""
SETTLE = "select count(*) from job_queue_exchange(:held, '[]', 0, 'bench')"
CLAIM = """select coalesce(array_agg(id), '{}')::text as ids,
       coalesce(array_agg(lease_id), '{}')::text as leases,
       array_agg(payload)::text as payloads, count(*) as claimed
  from job_queue_claim(:batch, 'bench')"""


class Supaops(SqlSystem):
    """Leases, fenced completion, retries, history, a result."""

    name = "supaops"
    task_type = "bench"

    unfinished = "select count(*) from job_queue where status <> 'succeeded'"

    def version(self) -> str:
        """Return the commit, marked when it has uncommitted changes."""
        made = provenance(REPOSITORY)
        return f"{made.tool_version} at {(made.git_sha or 'no commit')[:12]}"

    def install(self, server: Server) -> None:
        """Apply the project."""
        with server.connect() as db:
            apply(db, declared(MEASURED))

    def statements(self, server: Server, batch: int) -> Statements:  # noqa: ARG002  the interface
        """Return the public functions; the same for each size."""
        return Statements(
            jobs=f"""select jsonb_agg(jsonb_build_object(
         'task_type', '{self.task_type}', 'payload', {PAYLOAD})) as jobs
  from generate_series(1, :batch) n""",
            enqueue="select cardinality(job_queue_enqueue_many(:jobs))",
            enqueue_one=f"select job_queue_enqueue('{self.task_type}', :payload)",
            claim=CLAIM,
            complete="select job_queue_mark_succeeded_many(:ids, :leases)",
            exchange=EXCHANGE,
            settle=SETTLE,
            nothing="[]",
        )

    def workers(self) -> tuple[Worker, ...]:
        """Return our stream, with batches of two sizes."""
        program = (sys.executable, str(DRIVERS / "supaops_worker.py"))
        return tuple(Worker(f"{self.name} {size}", (*program, size)) for size in ("500", "5000"))

    def crew(self) -> Crew | None:
        """Return long-lived workers that new jobs wake by NOTIFY."""
        program = (sys.executable, str(DRIVERS / "supaops_fleet.py"))
        return Crew((*program, "fleet", "500"), (*program, "produce"), install=self._notify)

    def _notify(self, server: Server) -> None:
        with server.connect() as db:
            apply(db, declared(MEASURED, "notify"))


class SupaopsChecked(Supaops):
    """The same with a schema for its payloads; only adding jobs costs more, so that is measured."""

    name = "supaops+schema"
    task_type = "bench_checked"
    shared = False

    def workers(self) -> tuple[Worker, ...]:
        """Return none: what comes after the enqueue is the same."""
        return ()

    def crew(self) -> None:
        """Return none, for the same reason."""
