"""Drain a full queue with one, two and four worker processes; the handler does nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from benchmarks.figures import Figure, proven
from benchmarks.fleet import Crew, members, until
from benchmarks.server import Server
from benchmarks.systems.system import System

_PATIENCE_S = 600


@dataclass(frozen=True, slots=True)
class Workers:
    """From the word to go, connecting included, to the last call of a handler."""

    rounds: ClassVar[int | None] = None
    jobs: int = 50_000
    processes: tuple[int, ...] = (1, 2, 4)

    def fits(self, system: System) -> bool:
        """Tell whether it has worker processes."""
        return system.crew() is not None

    def measure(self, server: Server, system: System) -> Iterator[Figure]:
        """Yield jobs per second for each number of processes."""
        crew = system.crew()
        if crew:
            for count in self.processes:
                rate = self._rate(server, system, crew, count)
                yield Figure(f"workers: {count}", system.name, "jobs/s", rate)

    def _rate(self, server: Server, system: System, crew: Crew, count: int) -> float:
        jobs = min(self.jobs, crew.jobs or self.jobs)
        server.empty()
        (crew.install or system.install)(server)
        system.enqueue(server, jobs)
        server.settle()
        with members(server, *[crew.worker] * count) as fleet:
            started = time.time()
            for each in fleet:
                each.go()
            until(
                lambda: sum(each.said.get("done", 0) for each in fleet) >= jobs, fleet, _PATIENCE_S
            )
            answers = [each.stop() for each in fleet]
        done = sum(each["done"] for each in answers)
        proven(system.name, expected=jobs, reported=done, left=system.left(server))
        return jobs / float(max(each["last_at"] for each in answers) - started)
