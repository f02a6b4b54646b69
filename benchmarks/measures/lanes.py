"""Claim beside many lanes: does a priority that is used once make each claim dearer?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from benchmarks.figures import OURS, Figure
from benchmarks.measures.calls import call, percentile, timed, worker
from benchmarks.measures.measure import installed
from benchmarks.server import Server
from benchmarks.systems.sql import fill
from benchmarks.systems.system import Statements, System
from supaops.db.connect import Connection

# Retired, closed and dropped, twenty at a time, as ticks do it after an hour.
TEND = b"select supaops.tend_lanes('0 s', 1)"
ADD = b"select supaops.lane_for('default', n::smallint, 'bench') from generate_series(1, %s) n"
LEFT = b"select count(*) as number from supaops.closed_lane where floor is not null"


@dataclass(frozen=True, slots=True)
class Lanes:
    """One connection claims and completes from one lane; the others are empty, then gone."""

    rounds: ClassVar[int | None] = 1
    lanes: tuple[int, ...] = (1, 100, 1_000)
    claims: int = 300
    batch: int = 10

    def fits(self, system: System) -> bool:
        """Tell whether it is ours."""
        return system.name == OURS

    def measure(self, server: Server, system: System) -> Iterator[Figure]:
        """Yield milliseconds of a claim beside so many lanes, and after the most have gone."""
        for lanes in self.lanes:
            statements = installed(server, system, self.batch)
            with server.connect() as db:
                db.execute(ADD, [lanes - 1])
            yield self._claim(server, statements, f"lanes: {lanes}")
        with server.connect() as db:
            _tend(db)
        yield self._claim(server, statements, "lanes: gone")

    def _claim(self, server: Server, statements: Statements, name: str) -> Figure:
        fill(server, statements, self.claims * self.batch)
        server.settle()
        taken = []
        with worker(server) as db:
            for _ in range(self.claims):
                milliseconds, claimed = timed(db, statements.claim, {"batch": self.batch})
                call(db, statements.complete, claimed)
                taken.append(milliseconds)
        return Figure(name, OURS, "ms", percentile(taken, 0.5))


def _tend(db: Connection) -> None:
    """Do what ticks do after an hour, until nothing is left of the lanes that nobody uses."""
    for _ in range(4):
        db.execute(TEND)
    while (db.execute(LEFT).fetchone() or {})["number"]:
        db.execute(TEND)
