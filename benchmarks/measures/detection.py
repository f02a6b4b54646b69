"""From the first failed post to the CRITICAL of `supaops watch`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, TypeVar

from benchmarks.endpoint import free_address, serving
from benchmarks.figures import OURS, Figure
from benchmarks.project import MEASURED, VARIABLES, apply, declared
from benchmarks.server import Server
from benchmarks.systems.system import System
from benchmarks.watching import Watcher, watching
from supaops.apply import remind_scheduler
from supaops.db.connect import Connection

ENVIRONMENT = "detection"
REFUSED = "net.refused"
_TICK_S = 5.0
_PATIENCE_S = 60
_GOLDEN = 0.618034
_ANSWERED = """select from (select * from supaops.dispatch where responded_at is not null
 order by id desc limit 1) as newest where status_code = 200 and created_at > to_timestamp(%s)"""
_FIRST_FAILED = """select extract(epoch from min(created_at))::float as at from supaops.dispatch
 where created_at > to_timestamp(%s) and status_code is null and responded_at is not null"""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Detection:
    """A worker ends while a chain ticks each five seconds and is watched each five seconds."""

    rounds: ClassVar[int | None] = 1
    runs: int = 10

    def fits(self, system: System) -> bool:
        """Tell whether it is ours: nobody else watches."""
        return system.name == OURS

    def measure(self, server: Server, system: System) -> Iterator[Figure]:
        """Yield seconds from the first failed post to the line that says CRITICAL."""
        del system
        server.empty()
        variables = {**VARIABLES, "JOB_QUEUE_WORKER_ENDPOINT": free_address()}
        variables["DATABASE_URL"] = server.stack.url
        with server.connect() as db:
            apply(db, declared(MEASURED, ENVIRONMENT, variables))
            remind_scheduler(db)
            for number in range(self.runs):
                seconds = _one(db, server, variables, number * _GOLDEN % 1 * _TICK_S)
                yield Figure("detection: failed post to CRITICAL", OURS, "s", seconds)


def _one(db: Connection, server: Server, variables: Mapping[str, str], pause_s: float) -> float:
    """Return the seconds of one end of a worker.

    Args:    pause_s: before the watcher starts, so that its rounds fall differently to the ticks.
    """
    with ExitStack() as worker:
        worker.enter_context(serving(server, variables, ENVIRONMENT))
        begun_at = time.time()
        time.sleep(pause_s)
        with watching(server, variables, ENVIRONMENT) as watcher:
            _await(partial(_is_well, db, watcher, begun_at))
            worker.close()
            ended_at = time.time()
            told_at = _await(partial(watcher.told_after, ended_at, REFUSED, "CRITICAL"))
            return told_at - _first_failed(db, begun_at)


def _is_well(db: Connection, watcher: Watcher, since: float) -> bool:
    answered = db.execute(_ANSWERED, [since]).fetchone() is not None
    return answered and watcher.last(REFUSED) == "OK"


def _first_failed(db: Connection, since: float) -> float:
    row = db.execute(_FIRST_FAILED, [since]).fetchone() or {}
    return float(row["at"])


def _await(condition: Callable[[], T | None]) -> T:
    """Return the first truthy result of a condition.

    Raises: TimeoutError after a minute.
    """
    deadline = time.monotonic() + _PATIENCE_S
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {_PATIENCE_S} s: {condition}")
        time.sleep(0.02)
    return result
