"""Keep the size of a queue that is filled, worked through and cleaned all the time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from benchmarks.figures import Figure
from benchmarks.measures.calls import percentile
from benchmarks.measures.measure import installed
from benchmarks.measures.steady import Flow, load
from benchmarks.server import Server
from benchmarks.systems.system import System

# Every second what ended ten seconds ago is removed; None where a completed job is gone at once.
CLEANUPS = {
    "supaops": "select job_queue_cleanup(interval '10 seconds')",
    "textbook": """delete from textbook_job
      where status = 'succeeded' and completed_at < now() - interval '10 seconds'""",
    "pgmq": None,
    "graphile-worker": None,
}
SIZE = """select sum({size}(c.oid))::bigint as bytes
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'"""


@dataclass(frozen=True, slots=True)
class Space:
    """The same flow of jobs over and over, in turn without and with clean-up; autovacuum as it is.

    A size that has stopped growing after a few flows is the queue's size at that rate.
    """

    rounds: ClassVar[int | None] = 1
    flows: int = 5
    seconds: int = 30
    rate: int = 2_000
    batch: int = 20
    consumers: int = 4

    def fits(self, system: System) -> bool:
        """Tell whether others can send its statements, and what removes its old jobs is known."""
        return system.name in CLEANUPS

    def measure(self, server: Server, system: System) -> Iterator[Figure]:
        """Yield MB after each flow that was cleaned up, and ms of a claim without and with that."""
        flow = Flow(self.seconds, self.rate, self.batch, self.consumers)
        statements = installed(server, system, self.batch)
        cleanup = CLEANUPS[system.name]
        cleaning = ((cleanup, 1.0),) if cleanup else ()
        with_cleanup = replace(statements, background=(*statements.background, *cleaning))
        kept: list[float] = []
        cleaned: list[float] = []
        for number in range(1, self.flows + 1):
            kept += load(server, system, statements, flow).milliseconds
            cleaned += load(server, system, with_cleanup, flow).milliseconds
            for part, size in (("table", "pg_table_size"), ("index", "pg_indexes_size")):
                megabytes = server.number(SIZE.format(size=size)) / 1e6
                yield Figure(f"space: {part}, flow {number}", system.name, "MB", megabytes)
        for name, times in (("kept", kept), ("cleaned", cleaned)):
            yield Figure(f"space: p99, {name}", system.name, "ms", percentile(times, 0.99))
