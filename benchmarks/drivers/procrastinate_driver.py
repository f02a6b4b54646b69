"""Drives procrastinate through its public interface.

`install`, `work CONCURRENCY JOBS`, `fleet CONCURRENCY`, or `produce RATE SECONDS`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import time
from typing import Any

import procrastinate

from benchmarks.drivers import fleet


def application(size: int) -> Any:
    """Return its application over a pool of so many connections."""
    connector = procrastinate.PsycopgConnector(
        conninfo=os.environ["DATABASE_URL"], min_size=1, max_size=size
    )
    return procrastinate.App(connector=connector)


async def install() -> dict[str, Any]:
    """Apply its schema."""
    app = application(1)
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
    return {}


async def work(concurrency: int) -> dict[str, Any]:
    """Drain the queue; the handler counts."""
    app = application(concurrency + 2)
    done = 0

    async def handle(**_payload: Any) -> None:
        nonlocal done
        done += 1

    app.task(name="bench", queue="bench")(handle)
    async with app.open_async():
        started = time.perf_counter()
        await app.run_worker_async(
            queues=["bench"], concurrency=concurrency, wait=False, install_signal_handlers=False
        )
        return {"seconds": time.perf_counter() - started, "done": done}


async def join(concurrency: int) -> None:
    """Work as one of a fleet."""
    app = application(concurrency + 2)

    async def begin(seen: fleet.Seen, over: asyncio.Event) -> None:
        async def handle(sent: float | None = None, **_payload: Any) -> None:
            seen.job(sent)

        app.task(name="bench", queue="bench")(handle)
        async with app.open_async():
            running = asyncio.create_task(
                app.run_worker_async(
                    queues=["bench"], concurrency=concurrency, install_signal_handlers=False
                )
            )
            await over.wait()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    await fleet.work(begin)


async def produce(rate: int, seconds: int) -> None:
    """Add jobs at a pace."""
    app = application(8)
    task = app.configure_task(name="bench", queue="bench", allow_unknown=True)
    async with app.open_async():
        await fleet.produce(lambda sent: task.defer_async(sent=sent), rate, seconds)


def main() -> None:
    """Print the answer as the last line."""
    logging.disable(logging.ERROR)
    verb, *numbers = sys.argv[1:]
    fleets: dict[str, Any] = {"fleet": join, "produce": produce}
    if verb in fleets:
        asyncio.run(fleets[verb](*map(int, numbers)))
        return
    answer = asyncio.run(install() if verb == "install" else work(int(numbers[0])))
    print(json.dumps(answer))  # noqa: T201  the answer


if __name__ == "__main__":
    main()
