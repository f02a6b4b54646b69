"""From a new job to the start of its handler, while jobs come at a steady pace."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from benchmarks.figures import Figure, proven
from benchmarks.fleet import members, until
from benchmarks.measures.calls import percentile
from benchmarks.server import Server
from benchmarks.systems.system import System

_PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class Pickup:
    """Each job is added by a call of its own, by the system's own client, in another process.

    The time begins when a job is due, so that a producer which falls behind hides no wait. Workers
    begin `lead` seconds before: that they connect, and awa takes its ring over, is no job's wait.
    """

    rounds: ClassVar[int | None] = None
    rate: int = 500
    seconds: int = 20
    processes: int = 1
    lead: int = 3

    def fits(self, system: System) -> bool:
        """Tell whether it has worker processes."""
        return system.crew() is not None

    def measure(self, server: Server, system: System) -> Iterator[Figure]:
        """Yield milliseconds from when a job was due to the first line of its handler."""
        crew = system.crew()
        if not crew:
            return
        server.empty()
        (crew.install or system.install)(server)
        server.settle()
        jobs = self.rate * self.seconds
        pace = (str(self.rate), str(self.seconds))
        commands = [*[crew.worker] * self.processes, (*crew.producer, *pace)]
        with members(server, *commands) as started:
            *fleet, producer = started
            for each in fleet:
                each.go()
            time.sleep(self.lead)
            producer.go()
            producer.wait()
            until(
                lambda: sum(each.said.get("done", 0) for each in fleet) >= jobs, fleet, _PATIENCE_S
            )
            answers = [each.stop() for each in fleet]
        done = sum(each["done"] for each in answers)
        proven(system.name, expected=jobs, reported=done, left=system.left(server))
        waits = [wait for each in answers for wait in each["waits_ms"]]
        for share, part in ((0.5, "p50"), (0.99, "p99")):
            name = f"pickup: {self.rate}/s {part}"
            yield Figure(name, system.name, "ms", percentile(waits, share))
