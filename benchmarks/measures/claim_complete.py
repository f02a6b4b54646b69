"""Claim and complete in small batches on many connections: the commit rate and the contention."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from benchmarks.figures import Figure
from benchmarks.measures.consuming import consume, one_commit, two_commits
from benchmarks.measures.measure import installed
from benchmarks.server import Server
from benchmarks.systems.sql import fill
from benchmarks.systems.system import System


@dataclass(frozen=True, slots=True)
class ClaimComplete:
    """Each connection claims a batch and completes it, over and over, from a queue with enough.

    Ours completes one batch and claims the next in one statement, as its public function does.
    """

    rounds: ClassVar[int | None] = None
    jobs: int = 64_000
    batch: int = 10
    connections: tuple[int, ...] = (8, 64)

    def fits(self, system: System) -> bool:
        """Tell whether several connections can send its statements."""
        return system.sql and system.shared

    def measure(self, server: Server, system: System) -> Iterator[Figure]:
        """Yield jobs per second for each number of connections."""
        for clients in self.connections:
            name = f"claim, {clients} x {self.batch}"
            yield Figure(name, system.name, "jobs/s", self.rate(server, system, clients))

    def rate(self, server: Server, system: System, clients: int) -> float:
        """Return jobs per second of wall time, connecting not included.

        Raises: Void.
        """
        statements = installed(server, system, self.batch)
        size = statements.largest or self.batch
        jobs = self.jobs if size == self.batch else self.jobs // 10
        turns = max(1, jobs // (clients * size))
        script = one_commit(statements) if statements.exchange else two_commits(statements)
        fill(server, statements, turns * clients * size + jobs // 4)  # it never runs dry
        server.settle()
        report, completed = consume(
            server, system, statements, script, clients=clients, turns=turns, batch=size
        )
        return completed / report.seconds
