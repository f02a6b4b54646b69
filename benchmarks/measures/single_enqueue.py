"""Enqueue one job per transaction: what a web request pays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from benchmarks import pgbench
from benchmarks.figures import Figure, proven
from benchmarks.measures.measure import installed
from benchmarks.server import Server
from benchmarks.systems.system import System


@dataclass(frozen=True, slots=True)
class SingleEnqueue:
    """Each connection adds one job per commit, over and over."""

    rounds: ClassVar[int | None] = None
    jobs: int = 40_000
    connections: int = 8

    def fits(self, system: System) -> bool:
        """Tell whether others can send what its client sends."""
        return system.sql

    def measure(self, server: Server, system: System) -> Iterator[Figure]:
        """Yield jobs per second of wall time, connecting not included."""
        statements = installed(server, system, 1)
        turns = self.jobs // self.connections
        script = f"\\if :turn = 1\n{statements.payload}\\gset\n\\endif\n{statements.enqueue_one};\n"
        report = pgbench.run(
            server, script,
            clients=self.connections, turns=turns, protocol=statements.protocol, variables={},
        )  # fmt: skip
        added = turns * self.connections
        if statements.tick:
            server.number(statements.tick)
        proven(system.name, expected=added, reported=system.left(server), left=0)
        name = f"single enqueue, {self.connections}"
        yield Figure(name, system.name, "jobs/s", added / report.seconds)
