"""Drives pgqueuer through its public interface.

`install`, `work BATCH JOBS`, `fleet BATCH`, or `produce RATE SECONDS`.

As its own tools/benchmark.py does it: asyncpg, uvloop, five queue managers in one process.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
import uuid
from datetime import timedelta
from typing import Any

import asyncpg
import uvloop
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgDriver
from pgqueuer.models import Job
from pgqueuer.ports.repository import EntrypointExecutionParameter
from pgqueuer.queries import Queries
from pgqueuer.types import QueueExecutionMode

from benchmarks.drivers import fleet

MANAGERS = 5
ENTRYPOINT = "bench"
STOP_S = 5  # a manager may wait for a notification until its timeout


class Recording:
    """A driver of pgqueuer that keeps the statements which pass."""

    def __init__(self, connection: Any) -> None:
        self._driver = AsyncpgDriver(connection)
        self.sent: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        """Pass everything else on."""
        return getattr(self._driver, name)

    async def fetch(self, query: str, *arguments: Any) -> Any:
        """Record and run."""
        self._record(query, arguments)
        return await self._driver.fetch(query, *arguments)

    async def execute(self, query: str, *arguments: Any) -> Any:
        """Record and run."""
        self._record(query, arguments)
        return await self._driver.execute(query, *arguments)

    def _record(self, query: str, arguments: tuple[Any, ...]) -> None:
        self.sent = {"text": query, "values": list(arguments)}


async def install() -> dict[str, Any]:
    """Install the tables with its recommended storage settings and show what it sends."""
    driver = Recording(await asyncpg.connect())
    queries = Queries(driver)
    await queries.install()
    await driver.execute(queries.qbe.build_optimize_autovacuum_query())
    await queries.enqueue([ENTRYPOINT] * 2, [b"{}"] * 2, [0] * 2)
    enqueue = driver.sent
    jobs = await queries.dequeue(
        batch_size=2,
        entrypoints={ENTRYPOINT: EntrypointExecutionParameter(concurrency_limit=0)},
        queue_manager_id=uuid.uuid4(),
        global_concurrency_limit=None,
        heartbeat_timeout=timedelta(seconds=30),
    )
    claim = driver.sent
    await queries.log_jobs([(job, "successful", None) for job in jobs])
    return {"enqueue": enqueue, "claim": claim, "complete": driver.sent}


async def work(batch: int) -> dict[str, Any]:
    """Drain the queue; the handler counts."""
    done = 0

    async def handle(_job: Job) -> None:
        nonlocal done
        done += 1

    started = time.perf_counter()
    managers = [PgQueuer(AsyncpgDriver(await asyncpg.connect())) for _ in range(MANAGERS)]
    for manager in managers:
        manager.entrypoint(ENTRYPOINT)(handle)
    runs = (each.run(batch_size=batch, mode=QueueExecutionMode.drain) for each in managers)
    await asyncio.gather(*runs)
    return {"seconds": time.perf_counter() - started, "done": done}


async def join(batch: int) -> None:
    """Work as one of a fleet."""

    async def begin(seen: fleet.Seen, over: asyncio.Event) -> None:
        async def handle(job: Job) -> None:
            seen.job(json.loads(job.payload or b"{}").get("sent"))

        managers = [PgQueuer(AsyncpgDriver(await asyncpg.connect())) for _ in range(MANAGERS)]
        for manager in managers:
            manager.entrypoint(ENTRYPOINT)(handle)
        runs = [asyncio.create_task(each.run(batch_size=batch)) for each in managers]
        await over.wait()
        for manager in managers:
            manager.shutdown.set()
        await asyncio.wait(runs, timeout=STOP_S)
        for run in runs:
            run.cancel()

    await fleet.work(begin)


async def produce(rate: int, seconds: int) -> None:
    """Add jobs at a pace."""
    async with asyncpg.create_pool(min_size=8, max_size=8) as pool:

        async def add(sent: float) -> None:
            async with pool.acquire() as connection:
                queries = Queries(AsyncpgDriver(connection))
                await queries.enqueue([ENTRYPOINT], [json.dumps({"sent": sent}).encode()], [0])

        await fleet.produce(add, rate, seconds)


def _plain(value: Any) -> str:
    """Return a value as PostgreSQL reads it, without a colon."""
    if isinstance(value, bytes):
        return value.decode()
    return f"{value.total_seconds()} s" if isinstance(value, timedelta) else str(value)


def main() -> None:
    """Print the answer as the last line."""
    os.environ.setdefault("PGQUEUER_LOG_LEVEL", "ERROR")
    verb, *numbers = sys.argv[1:]
    fleets: dict[str, Any] = {"fleet": join, "produce": produce}
    if verb in fleets:
        uvloop.run(fleets[verb](*map(int, numbers)))
        return
    answer = uvloop.run(install() if verb == "install" else work(int(numbers[0])))
    print(json.dumps(answer, default=_plain))  # noqa: T201  the answer


if __name__ == "__main__":
    main()
