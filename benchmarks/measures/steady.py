"""The parts of a steady load: a producer that keeps its pace, consumers, background statements."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event
from typing import Self

from benchmarks.measures.calls import call, timed, worker
from benchmarks.server import Server
from benchmarks.systems.system import Statements

# How long a consumer that found nothing waits before it looks again.
_POLL_S = 0.005


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
