"""WAL bytes per job: what replication, backups and the disk pay for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from benchmarks.figures import Figure
from benchmarks.measures.cycle import spend
from benchmarks.server import Server
from benchmarks.systems.system import System


@dataclass(frozen=True, slots=True)
class Wal:
    """The cycle's load after a checkpoint, with full_page_writes on; vacuum is not counted."""

    rounds: ClassVar[int | None] = 1
    jobs: int = 50_000
    batch: int = 500

    def fits(self, system: System) -> bool:
        """Tell whether others can send what its client sends."""
        return system.sql

    def measure(self, server: Server, system: System) -> Iterator[Figure]:
        """Yield bytes per job of the whole and of its two halves."""
        cost = spend(server, system, self.jobs, self.batch)
        whole = cost.wal_enqueue + cost.wal_rest
        yield Figure("WAL", system.name, "B/job", whole / cost.jobs)
        yield Figure("WAL: enqueue", system.name, "B/job", cost.wal_enqueue / cost.jobs)
        yield Figure("WAL: claim, complete", system.name, "B/job", cost.wal_rest / cost.jobs)
