"""Keep up with a steady load while an old snapshot keeps vacuum from its work."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from typing import ClassVar

from benchmarks.figures import Figure, Void
from benchmarks.measures.calls import percentile
from benchmarks.measures.measure import installed
from benchmarks.measures.steady import Consumed, consume, produce, repeat
from benchmarks.server import Server
from benchmarks.systems.system import Statements, System

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

    def measure(self, server: Server, system: System) -> Iterator[Figure]:
        """Yield completed jobs in percent of the offered ones, and milliseconds of a claim."""
        for state in ("free", "held"):
            statements = installed(server, system, self.batch)
            with _horizon(server, held=state == "held"):
                consumed = self._load(server, system, statements)
            share = 100 * consumed.jobs / (self.rate * self.seconds)
            yield Figure(f"{state}: completed", system.name, "%", share)
            for part, name in ((0.5, "p50"), (0.99, "p99")):
                milliseconds = percentile(consumed.milliseconds, part)
                yield Figure(f"{state}: claim {name}", system.name, "ms", milliseconds)

    def _load(self, server: Server, system: System, statements: Statements) -> Consumed:
        """Run the load for its time; what is completed after the end does not count.

        Raises: Void when more was completed than added, or some was lost.
        """
        over = Event()
        consumers = self.consumers if system.shared else 1
        with ThreadPoolExecutor(consumers + 1 + len(statements.background)) as pool:
            for statement, interval in statements.background:
                pool.submit(repeat, server, statement, interval, over)
            working = [
                pool.submit(consume, server, statements, self.batch, over) for _ in range(consumers)
            ]
            added = _result(
                pool.submit(produce, server, statements, self.batch, self.rate, self.seconds), over
            )
            consumed = Consumed.of([each.result() for each in working])
        if statements.tick:
            server.number(statements.tick)
        if (left := system.left(server)) != added - consumed.jobs:
            raise Void(f"{system.name}: {added:,} added, {consumed.jobs:,} done, {left:,} left")
        return consumed


def _result(producer: Future[int], over: Event) -> int:
    try:
        return producer.result()
    finally:
        over.set()


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
