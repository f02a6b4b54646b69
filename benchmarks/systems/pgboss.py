"""pg-boss: one row per job that keeps its states until it is archived."""

from __future__ import annotations

from typing import Any

from benchmarks import programs
from benchmarks.systems.captured import bound, summed
from benchmarks.systems.graphile import node_version
from benchmarks.systems.peer import Library
from benchmarks.systems.system import PAYLOAD, Statements, Worker

COLUMNS = """coalesce(array_agg(id), '{}')::text as ids,
       array_agg(data)::text as payloads, count(*) as claimed"""


class PgBoss(Library):
    """Its fetch and complete; it prepares no statements."""

    name = "pg-boss"
    driver = programs.node_driver("pgboss.mjs")
    unfinished = "select count(*) from pgboss.job where state <> 'completed'"

    def missing(self) -> str | None:
        """Return what to do to have it."""
        return programs.node_missing()

    def version(self) -> str:
        """Return that of the package."""
        return node_version("pg-boss")

    def captured(self, sent: dict[str, Any], batch: int) -> Statements:  # noqa: ARG002  a parameter
        """Return what it sent."""
        claim, complete, one = sent["claim"], sent["complete"], sent["enqueue_one"]
        return Statements(
            jobs=f"""select json_agg(json_build_object('name', 'bench', 'data', {PAYLOAD})) as jobs
  from generate_series(1, :batch) n""",
            enqueue=bound(sent["enqueue"]["text"], sent["enqueue"]["values"], {1: ":jobs"}),
            enqueue_one=bound(one["text"], one["values"], {3: ":payload"}),
            claim=summed(bound(claim["text"], claim["values"], {2: ":batch"}), "UPDATE ", COLUMNS),
            complete=bound(complete["text"], complete["values"], {2: ":ids"}),
            protocol="extended",
        )

    def workers(self) -> tuple[Worker, ...]:
        """Return its loop of fetch and complete at two sizes of a batch."""
        sizes = ("500", "5000")
        return tuple(Worker(f"{self.name} {size}", (*self.driver, "work", size)) for size in sizes)
