"""Claim and complete in small batches on many connections: the commit rate and the contention."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from benchmarks.figures import Figure
from benchmarks.measures.consuming import consume, one_commit, two_commits
from benchmarks.measures.measure import installed
from benchmarks.server import Server
from benchmarks.systems.sql import fill
from benchmarks.systems.system import System

TRIAL = 2


@dataclass(frozen=True, slots=True)
class ClaimComplete:
    """Each connection claims a batch and completes it, over and over, from a queue with enough.

    A few turns tell how fast a system is; then it gets about `seconds`, and `jobs` at most.
    Ours completes one batch and claims the next in one statement, as its public function does.
    """

    rounds: ClassVar[int | None] = None
    seconds: int = 8
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
        script = one_commit(statements) if statements.exchange else two_commits(statements)
        use = partial(consume, server, system, statements, script, clients=clients, batch=size)
        fill(server, statements, self.jobs + self.jobs // 4)  # it never runs dry
        server.settle()
        trial, completed = use(turns=TRIAL)
        enough = min(self.jobs, completed / trial.seconds * self.seconds)
        report, completed = use(turns=max(1, int(enough / (clients * size))))
        return completed / report.seconds
