"""Drives awa through its public interface.

`install`, `enqueue JOBS`, `work WORKERS JOBS`, `left`, `fleet WORKERS`, `produce RATE SECONDS`.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
import time
from dataclasses import dataclass
from typing import Any

from awa import AsyncClient

from benchmarks.drivers import fleet

QUEUE = "bench"
BATCH = 500
OPEN = ("scheduled", "available", "running", "retryable", "failed", "cancelled")


@dataclass
class Bench:
    """The payload of the other systems."""

    user: int
    email: str
    order: str
    locale: str = "en_GB"
    template: str = "order_shipped"
    sent: float | None = None


def job(number: int) -> Bench:
    """Return one of about 130 bytes."""
    order = hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()
    return Bench(number, f"user{number}@example.com", order)


def client(connections: int) -> AsyncClient:
    """Return its client."""
    return AsyncClient(os.environ["DATABASE_URL"], max_connections=connections)


async def install() -> dict[str, Any]:
    """Run its migrations and start a worker once: that switches a new database to its ring."""
    worker = client(5)
    await worker.migrate()
    worker.task(Bench, queue=QUEUE)(_nothing)
    await worker.start([(QUEUE, 1)])
    await worker.shutdown()
    return {}


async def _nothing(_job: Any) -> None:
    pass


async def enqueue(jobs: int) -> dict[str, Any]:
    """Add jobs by COPY, in batches."""
    producer = client(2)
    for first in range(0, jobs, BATCH):
        batch = [job(number) for number in range(first, min(first + BATCH, jobs))]
        await producer.enqueue_many_copy(batch, queue=QUEUE)
    return {}


async def work(workers: int, jobs: int) -> dict[str, Any]:
    """Drain the queue; the handler counts; a shutdown ends when the completions are written."""
    consumer = client(20)
    done = 0
    called = asyncio.Event()

    async def handle(_job: Any) -> None:
        nonlocal done
        done += 1
        if done == jobs:
            called.set()

    consumer.task(Bench, queue=QUEUE)(handle)
    started = time.perf_counter()
    await consumer.start([(QUEUE, workers)])
    await called.wait()
    await consumer.shutdown()
    return {"seconds": time.perf_counter() - started, "done": done}


async def join(workers: int) -> None:
    """Work as one of a fleet."""
    consumer = client(20)

    async def begin(seen: fleet.Seen, over: asyncio.Event) -> None:
        async def handle(job: Any) -> None:
            seen.job(job.args.sent)

        consumer.task(Bench, queue=QUEUE)(handle)
        await consumer.start([(QUEUE, workers)])
        await over.wait()
        await consumer.shutdown()

    await fleet.work(begin)


async def produce(rate: int, seconds: int) -> None:
    """Add jobs at a pace."""
    producer = client(8)

    async def add(sent: float) -> None:
        await producer.insert(Bench(1, "user1@example.com", "1", sent=sent), queue=QUEUE)

    await fleet.produce(add, rate, seconds)


async def left() -> dict[str, Any]:
    """Count what has not succeeded, up to 100 of a state."""
    reader = client(2)
    found = [await reader.list_jobs(state=state, queue=QUEUE) for state in OPEN]
    return {"left": sum(map(len, found))}


def main() -> None:
    """Print the answer as the last line."""
    verb, *numbers = sys.argv[1:]
    fleets: dict[str, Any] = {"fleet": join, "produce": produce}
    if verb in fleets:
        asyncio.run(fleets[verb](*map(int, numbers)))
        return
    verbs: dict[str, Any] = {"install": install, "enqueue": enqueue, "work": work, "left": left}
    print(json.dumps(asyncio.run(verbs[verb](*map(int, numbers)))))  # noqa: T201  the answer


if __name__ == "__main__":
    main()
