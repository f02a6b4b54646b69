"""Enqueue, claim and complete on one backend: what a queue costs the server per job."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from benchmarks.figures import Figure, proven
from benchmarks.measures.consuming import consume, two_commits
from benchmarks.measures.measure import installed
from benchmarks.server import Server
from benchmarks.systems.sql import enqueue
from benchmarks.systems.system import System


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds in the server of each phase, and the WAL that it wrote, for `jobs` jobs."""

    jobs: int
    enqueue: float
    claim: float
    complete: float
    wal_enqueue: int
    wal_rest: int


@dataclass(frozen=True, slots=True)
class Cycle:
    """One connection: all jobs enqueued in batches, then claimed and completed batch by batch."""

    rounds: ClassVar[int | None] = None
    jobs: int = 50_000
    batch: int = 500

    def fits(self, system: System) -> bool:
        """Tell whether others can send what its client sends."""
        return system.sql

    def measure(self, server: Server, system: System) -> Iterator[Figure]:
        """Yield jobs per second of the whole and of each phase."""
        cost = spend(server, system, self.jobs, self.batch)
        whole = cost.enqueue + cost.claim + cost.complete
        phases = {"enqueue": cost.enqueue, "claim": cost.claim, "complete": cost.complete}
        yield Figure("cycle", system.name, "jobs/s", cost.jobs / whole)
        for name, seconds in phases.items():
            yield Figure(f"cycle: {name}", system.name, "jobs/s", cost.jobs / seconds)


def spend(server: Server, system: System, jobs: int, batch: int) -> Cost:
    """Take jobs through their whole life and measure what that took.

    One job at a time where a system knows no batches; then a tenth of them, it takes long enough.
    Raises: Void.
    """
    statements = installed(server, system, batch)
    size = statements.largest or batch
    total = jobs if size == batch else max(batch, jobs // 10)
    wal = [server.wal()]
    added = enqueue(server, statements, turns=total // batch, batch=batch)
    wal.append(server.wal())
    server.settle()
    wal.append(server.wal())
    report, completed = consume(
        server, system, statements, two_commits(statements),
        clients=1, turns=total // size, batch=size,
    )  # fmt: skip
    wal.append(server.wal())
    proven(system.name, expected=total, reported=completed, left=system.left(server))
    claim, complete, *_ = (ms / 1000 * (total // size) for ms in report.latencies)
    return Cost(
        jobs=total,
        enqueue=sum(added.latencies[1:]) / 1000 * (total // batch),
        claim=claim,
        complete=complete,
        wal_enqueue=wal[1] - wal[0],
        wal_rest=wal[3] - wal[2],
    )
