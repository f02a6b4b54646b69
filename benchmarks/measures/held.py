"""Keep up with a steady load while an old snapshot keeps vacuum from its work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from benchmarks.figures import Figure
from benchmarks.measures.calls import percentile
from benchmarks.measures.measure import installed
from benchmarks.measures.steady import Flow, load
from benchmarks.server import Server
from benchmarks.systems.system import System

# One job at a time cannot take the load; a schema changes nothing after the enqueue.
LEFT_OUT = ("procrastinate", "supaops+schema")


@dataclass(frozen=True, slots=True)
class Held:
    """An open loop adds jobs at a fixed rate; consumers claim and complete.

    First with nothing held; then, in a new database, under a REPEATABLE READ snapshot and a
    transaction id, both held by idle transactions.
    """

    rounds: ClassVar[int | None] = 1
    seconds: int = 60
    rate: int = 2_000
    batch: int = 20
    consumers: int = 4

    def fits(self, system: System) -> bool:
        """Tell whether others can send its statements in batches."""
        return system.sql and system.name not in LEFT_OUT

    @property
    def _flow(self) -> Flow:
        return Flow(self.seconds, self.rate, self.batch, self.consumers)

    def measure(self, server: Server, system: System) -> Iterator[Figure]:
        """Yield completed jobs in percent of the offered ones, and milliseconds of a claim."""
        for state in ("free", "held"):
            statements = installed(server, system, self.batch)
            with _horizon(server, held=state == "held"):
                consumed = load(server, system, statements, self._flow)
            share = 100 * consumed.jobs / (self.rate * self.seconds)
            yield Figure(f"{state}: completed", system.name, "%", share)
            for part, name in ((0.5, "p50"), (0.99, "p99")):
                milliseconds = percentile(consumed.milliseconds, part)
                yield Figure(f"{state}: claim {name}", system.name, "ms", milliseconds)


@contextmanager
def _horizon(server: Server, *, held: bool) -> Iterator[None]:
    """Hold a snapshot and a transaction id, each in an idle transaction of its own."""
    if not held:
        yield
        return
    with server.connect() as snapshot, server.connect() as writer:
        snapshot.execute("begin isolation level repeatable read")
        snapshot.execute("select count(*) from pg_class")
        writer.execute("begin")
        writer.execute("select txid_current()")
        yield
        writer.execute("rollback")
        snapshot.execute("rollback")
