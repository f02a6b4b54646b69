"""Many claimers at once: do they get in each other's way?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from benchmarks.figures import Figure
from benchmarks.measures.claim_complete import ClaimComplete
from benchmarks.server import Server
from benchmarks.systems.system import System


@dataclass(frozen=True, slots=True)
class Claimers:
    """The load of `claim_complete` with few and with many connections, and their ratio."""

    rounds: ClassVar[int | None] = None
    seconds: int = 8
    jobs: int = 102_400
    batch: int = 10
    connections: tuple[int, ...] = (16, 256)

    def fits(self, system: System) -> bool:
        """Tell whether several connections can send its statements."""
        return ClaimComplete().fits(system)

    def measure(self, server: Server, system: System) -> Iterator[Figure]:
        """Yield jobs per second of the first and the last number, and the last by the first."""
        load = ClaimComplete(seconds=self.seconds, jobs=self.jobs, batch=self.batch)
        few, many = self.connections[0], self.connections[-1]
        rates = {clients: load.rate(server, system, clients) for clients in (few, many)}
        for clients, rate in rates.items():
            yield Figure(f"claimers, {clients}", system.name, "jobs/s", rate)
        yield Figure(f"claimers, {many} by {few}", system.name, "x", rates[many] / rates[few])
