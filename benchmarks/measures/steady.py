"""The parts of a steady load: a producer that keeps its pace, consumers, background statements."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import Self

from benchmarks.figures import Void
from benchmarks.measures.calls import call, timed, worker
from benchmarks.server import Server
from benchmarks.systems.system import Statements, System

# How long a consumer that found nothing waits before it looks again.
_POLL_S = 0.005


@dataclass(frozen=True, slots=True)
class Flow:
    """So many jobs a second for so many seconds, added in batches and consumed in such."""

    seconds: int
    rate: int
    batch: int
    consumers: int


@dataclass(frozen=True, slots=True)
class Consumed:
    """How many jobs were completed, and how long each claim took that found some."""

    jobs: int
    milliseconds: tuple[float, ...]

    @classmethod
    def of(cls, parts: Sequence[Consumed]) -> Self:
        """Return the sum."""
        times = tuple(each for part in parts for each in part.milliseconds)
        return cls(sum(part.jobs for part in parts), times)


def produce(server: Server, statements: Statements, batch: int, rate: int, seconds: float) -> int:
    """Add batches when they are due, late ones at once, for so long; return how many jobs."""
    added = 0
    with worker(server) as db:
        jobs = call(db, statements.jobs, {"batch": batch})
        started = time.perf_counter()
        while (due := added / rate) < seconds:
            time.sleep(max(0.0, started + due - time.perf_counter()))
            if time.perf_counter() - started >= seconds:
                break  # the server did not keep the pace
            call(db, statements.enqueue, jobs)
            added += batch
    return added


def consume(server: Server, statements: Statements, batch: int, over: Event) -> Consumed:
    """Claim and complete until it is over."""
    done, taken = 0, []
    with worker(server) as db:
        while not over.is_set():
            milliseconds, row = timed(db, statements.claim, {"batch": batch})
            if not row["claimed"]:
                over.wait(_POLL_S)
                continue
            call(db, statements.complete, row)
            done += row["claimed"]
            taken.append(milliseconds)
    return Consumed(done, tuple(taken))


def repeat(server: Server, statement: str, interval: float, over: Event) -> None:
    """Run a statement every so many seconds until it is over."""
    with worker(server) as db:
        while not over.wait(interval):
            call(db, statement, {})


def load(server: Server, system: System, statements: Statements, flow: Flow) -> Consumed:
    """Run a flow for its time; what is completed after the end does not count.

    Raises: Void when more was completed than added, or some was lost.
    """
    over = Event()
    before = system.left(server)
    consumers = flow.consumers if system.shared else 1
    with ThreadPoolExecutor(consumers + 1 + len(statements.background)) as pool:
        for statement, interval in statements.background:
            pool.submit(repeat, server, statement, interval, over)
        working = [
            pool.submit(consume, server, statements, flow.batch, over) for _ in range(consumers)
        ]
        added = _result(
            pool.submit(produce, server, statements, flow.batch, flow.rate, flow.seconds), over
        )
        consumed = Consumed.of([each.result() for each in working])
    if statements.tick:
        server.number(statements.tick)
    if (left := system.left(server)) != before + added - consumed.jobs:
        raise Void(
            f"{system.name}: {before + added:,} added, {consumed.jobs:,} done, {left:,} left"
        )
    return consumed


def _result(producer: Future[int], over: Event) -> int:
    try:
        return producer.result()
    finally:
        over.set()
