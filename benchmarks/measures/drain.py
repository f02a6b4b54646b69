"""Drain a full queue end to end, by its own worker client with a handler that does nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from benchmarks import programs
from benchmarks.figures import Figure, proven
from benchmarks.server import Server
from benchmarks.systems.system import System, Worker


@dataclass(frozen=True, slots=True)
class Drain:
    """One worker process, from its first statement to the commit of the last completion."""

    rounds: ClassVar[int | None] = None
    jobs: int = 50_000

    def fits(self, system: System) -> bool:
        """Tell whether it has a worker client."""
        return bool(system.workers())

    def measure(self, server: Server, system: System) -> Iterator[Figure]:
        """Yield jobs per second for each setting of the client."""
        for worker in system.workers():
            rate = self._rate(server, system, worker)
            yield Figure("drain", worker.label, "jobs/s", rate)

    def _rate(self, server: Server, system: System, worker: Worker) -> float:
        jobs = min(self.jobs, worker.jobs or self.jobs)
        server.empty()
        system.install(server)
        system.enqueue(server, jobs)
        server.settle()
        answer = programs.run(server, worker.command, jobs)
        proven(worker.label, expected=jobs, reported=answer["done"], left=system.left(server))
        return jobs / float(answer["seconds"])
