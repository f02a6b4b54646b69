"""From a new job to the start of its handler, by a post: nothing ticks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from benchmarks.endpoint import free_address, serving
from benchmarks.figures import OURS, Figure, proven
from benchmarks.measures.calls import percentile
from benchmarks.project import MEASURED, VARIABLES, apply, declared
from benchmarks.server import Server
from benchmarks.systems.system import System
from supaops.db.connect import Connection
from supaops.worker.linger import NET_REST_S

ENVIRONMENT = "wake"
# The interval of benchmarks/config/environments/wake.yaml, and after it what the worker stays.
IDLE_AFTER_S = 1.0 + NET_REST_S + 0.4
_PATIENCE_S = 60
_GOLDEN = 0.618034
_ENQUEUE = "select job_queue_enqueue('bench') as id"
_STARTED = """select (result #>> '{}')::float as at from job_queue
 where id = %s and status = 'succeeded' and attempts = 1"""


@dataclass(frozen=True, slots=True)
class Wake:
    """One session adds a job, waits for its end, and adds the next.

    `idle`: after nobody has looked for jobs for a while, so that each job's post starts it.
    `steady`: up to a second after the last, in which the worker that was posted to still looks.
    """

    rounds: ClassVar[int | None] = 1
    jobs: int = 100

    def fits(self, system: System) -> bool:
        """Tell whether it is ours: what the others notify is a worker that is connected."""
        return system.name == OURS

    def measure(self, server: Server, system: System) -> Iterator[Figure]:
        """Yield milliseconds from before the enqueue to the first line of the handler."""
        server.empty()
        variables = {**VARIABLES, "JOB_QUEUE_WORKER_ENDPOINT": free_address()}
        variables["DATABASE_URL"] = server.stack.url
        with server.connect() as db, serving(server, variables, ENVIRONMENT):
            apply(db, declared(MEASURED, ENVIRONMENT, variables))
            for name, shortest_s in (("idle", IDLE_AFTER_S), ("steady", 0.0)):
                taken = [_one(db, shortest_s + _spread(n)) for n in range(self.jobs)]
                for share, part in ((0.5, "p50"), (0.99, "p99")):
                    milliseconds = percentile(taken, share)
                    yield Figure(f"wake: {name} {part}", OURS, "ms", milliseconds)
        done = server.number("select count(*) from job_queue where status = 'succeeded'")
        proven(OURS, expected=2 * self.jobs, reported=done, left=system.left(server))


def _spread(n: int) -> float:
    """Return the n-th of numbers that fill 0 to 1 evenly, so that no rhythm falls in with them."""
    return n * _GOLDEN % 1


def _one(db: Connection, pause_s: float) -> float:
    """Return the milliseconds of one job."""
    time.sleep(pause_s)
    begun = time.time()
    row = db.execute(_ENQUEUE).fetchone() or {}
    deadline = begun + _PATIENCE_S
    while not (started := db.execute(_STARTED, [row["id"]]).fetchone()):
        if time.time() > deadline:
            raise TimeoutError(f"job {row['id']} was not started within {_PATIENCE_S} s")
        time.sleep(0.01)
    return float(1000 * (started["at"] - begun))
