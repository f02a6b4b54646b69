"""What `supaops worker` runs, as one of a fleet: `fleet BATCH`, or `produce RATE SECONDS`."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb
from pydantic import SecretStr

from benchmarks.drivers import fleet
from supaops.config import load
from supaops.db.pool import Pool
from supaops.worker import Context, Handlers
from supaops.worker.settings import Settings
from supaops.worker.streaming.lasting import Duty, LastingWorker
from supaops.worker.streaming.stream import Bounds
from supaops.worker.transports.database import DatabaseTransport

MEASURED = Path(__file__).resolve().parents[1] / "config" / "job_queue.yaml"
CONCURRENCY = 24
GRACE = timedelta(seconds=15)
PATIENCE = timedelta(minutes=1)
_ENQUEUE = "select job_queue_enqueue('bench', %s)"


async def join(batch: int) -> None:
    """Work as one of a fleet."""

    async def begin(seen: fleet.Seen, over: asyncio.Event) -> None:
        handlers = Handlers()

        @handlers.handler("bench")
        async def handle(_context: Context, payload: dict[str, Any]) -> None:
            seen.job(payload.get("sent"))

        worker = _worker(handlers, batch)
        running = asyncio.create_task(worker.run())
        await over.wait()
        worker.stop()
        await running

    await fleet.work(begin)


def _worker(handlers: Handlers, batch: int) -> LastingWorker:
    config = load(MEASURED, "notify")
    settings = Settings.of(config, {config.worker.secret: SecretStr("never sent to anybody")})
    duty = Duty(
        Bounds(CONCURRENCY, batch, config.queue.lease),
        config.worker.wake_on_enqueue or timedelta(),
        config.worker.poll,
        GRACE,
    )
    transport = DatabaseTransport(settings, os.environ["DATABASE_URL"])
    return LastingWorker(transport, handlers, duty)


async def produce(rate: int, seconds: int) -> None:
    """Add jobs at a pace."""
    url = os.environ["DATABASE_URL"]
    async with Pool(url, size=8, application_name="bench producer", patience=PATIENCE) as pool:

        async def add(sent: float) -> None:
            async with pool.statements() as connection:
                await connection.execute(_ENQUEUE, [Jsonb({"sent": sent})])

        await fleet.produce(add, rate, seconds)


if __name__ == "__main__":
    verbs: dict[str, Any] = {"fleet": join, "produce": produce}
    asyncio.run(verbs[sys.argv[1]](*map(int, sys.argv[2:])))
