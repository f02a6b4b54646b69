"""Jobs per second of each queue: enqueued, and drained by one and by eight workers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from benchmarks.figures import Figure
from benchmarks.project import RESET
from benchmarks.supaops_queue import SupaopsQueue
from benchmarks.system import System
from benchmarks.textbook_queue import TextbookQueue
from supaops.db.connect import connect

SYSTEMS: tuple[System, ...] = (SupaopsQueue(), TextbookQueue())
ENQUEUE_BATCH = 500


@dataclass(frozen=True, slots=True)
class Load:
    """One way to drain a queue: so many workers, each claiming `batch` jobs at a time."""

    workers: int
    batch: int
    jobs: int


LOADS = (Load(1, 1, 2_000), Load(1, 10, 10_000), Load(8, 10, 20_000), Load(8, 100, 40_000))


def measure(url: str) -> Iterator[Figure]:
    """Measure every load on every system once, the systems in turn.

    Yields: Figures in jobs per second of wall time.
    Raises: RuntimeError when a queue lost a job or did one twice: then no figure counts.
    """
    for load in LOADS:
        for system in SYSTEMS:
            yield from _measure(url, system, load)


def _measure(url: str, system: System, load: Load) -> Iterator[Figure]:
    with connect(url, application_name="bench") as db:
        db.execute(RESET)
        system.install(db)
        started = time.perf_counter()
        for _ in range(load.jobs // ENQUEUE_BATCH):
            system.enqueue(db, ENQUEUE_BATCH)
        enqueued = time.perf_counter()
        db.execute("vacuum analyze")
        seconds, done = _drain(url, system, load)
        if not done == load.jobs == system.succeeded(db):
            raise RuntimeError(f"{system.name} did {done} of {load.jobs} jobs")
    rate = load.jobs / (enqueued - started)
    yield Figure(f"enqueue, 1 x {ENQUEUE_BATCH}", system.name, "jobs/s", rate)
    name = f"drain, {load.workers} x {load.batch}"
    yield Figure(name, system.name, "jobs/s", load.jobs / seconds)


def _drain(url: str, system: System, load: Load) -> tuple[float, int]:
    """Empty the queue with all workers at once; return the seconds and the jobs completed."""
    work = partial(_work, url, system, load.batch)
    with ThreadPoolExecutor(load.workers) as pool:
        started = time.perf_counter()
        done = sum(each.result() for each in [pool.submit(work) for _ in range(load.workers)])
        return time.perf_counter() - started, done


def _work(url: str, system: System, batch: int) -> int:
    done = 0
    with connect(url, application_name="bench worker") as db:
        while claimed := system.claim(db, batch):
            system.complete(db, claimed)
            done += len(claimed)
    return done
