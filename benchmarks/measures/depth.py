"""Claim from a deep queue: does it cost more than from a short one?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from benchmarks.figures import Figure
from benchmarks.measures.calls import call, percentile, timed, worker
from benchmarks.measures.measure import installed
from benchmarks.server import Server
from benchmarks.systems.sql import fill
from benchmarks.systems.system import Statements, System

SHALLOW = 1_000
TABLES = {"supaops": "job_queue", "textbook": "textbook_job"}
COLUMNS = """select string_agg(quote_ident(attname), ', ' order by attnum) as names
  from pg_attribute
 where attrelid = %s::regclass and attnum > 0 and not attisdropped
   and attidentity = '' and attgenerated = ''"""


@dataclass(frozen=True, slots=True)
class Depth:
    """One connection claims, completes and adds as many again, so that the depth stays.

    The deep table is made by copying rows: of one pending job, and of one that has succeeded.
    """

    rounds: ClassVar[int | None] = 1
    pending: int = 5_000_000
    finished: int = 10_000_000
    claims: int = 2_000
    batch: int = 10

    def fits(self, system: System) -> bool:
        """Tell whether it keeps its jobs in one plain table that keeps those that are done."""
        return system.name in TABLES

    def measure(self, server: Server, system: System) -> Iterator[Figure]:
        """Yield milliseconds of a claim in the short and in the deep queue, and their ratios."""
        statements = installed(server, system, self.batch)
        fill(server, statements, SHALLOW)
        short = self._claims(server, statements)
        self._deepen(server, statements, TABLES[system.name])
        deep = self._claims(server, statements)
        for share, name in ((0.5, "p50"), (0.99, "p99")):
            few, many = percentile(short, share), percentile(deep, share)
            yield Figure(f"depth: {name}, short", system.name, "ms", few)
            yield Figure(f"depth: {name}, deep", system.name, "ms", many)
            yield Figure(f"depth: {name}, ratio", system.name, "x", many / few)

    def _claims(self, server: Server, statements: Statements) -> list[float]:
        server.settle()
        server.checkpoint()  # else the deep queue would be claimed from while it is written out
        size = {"batch": self.batch}
        with worker(server) as db:
            jobs = call(db, statements.jobs, size)
            taken = []
            for _ in range(self.claims):
                milliseconds, claimed = timed(db, statements.claim, size)
                call(db, statements.complete, claimed)
                call(db, statements.enqueue, jobs)
                taken.append(milliseconds)
        return taken

    def _deepen(self, server: Server, statements: Statements, table: str) -> None:
        with server.connect() as db:
            names = (db.execute(COLUMNS, [table]).fetchone() or {})["names"]
            call(db, statements.complete, call(db, statements.claim, {"batch": 1}))
            for status, rows in (("succeeded", self.finished), ("pending", self.pending)):
                db.execute(
                    f"""insert into {table} ({names})
                        select {names} from (
                          select * from {table} where status = '{status}' limit 1) model
                         cross join generate_series(1, {rows})""".encode()
                )
