"""Drains the queue with the stream of `supaops.worker`: `BATCH JOBS`; the handler does nothing."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from datetime import timedelta
from typing import Any

from supaops.db.jobs import JobQueue
from supaops.db.pool import Pool
from supaops.worker import Context, Handlers
from supaops.worker.execution import Executor
from supaops.worker.streaming.stream import Bounds, Stream

LEASE = timedelta(minutes=5)
PATIENCE = timedelta(minutes=1)
CONCURRENCY = 24
CONNECTIONS = 2  # what the worker's application gives its queue

handlers = Handlers()
done = 0


@handlers.handler("bench")
async def handle(_context: Context, _payload: Any) -> None:
    """Count."""
    global done  # noqa: PLW0603  one process, one count
    done += 1


async def work(batch: int) -> dict[str, Any]:
    """Run until a claim finds nothing and everything is reported."""
    url = os.environ["DATABASE_URL"]
    started = time.perf_counter()
    pool = Pool(url, size=CONNECTIONS, application_name="bench worker", patience=PATIENCE)
    async with pool:
        stream = Stream(
            JobQueue(pool),
            Executor(handlers, pool.connection),
            Bounds(CONCURRENCY, batch, LEASE),
            worker="bench",
        )
        await stream.drain()
    return {"seconds": time.perf_counter() - started, "done": done}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(work(int(sys.argv[1])))))  # noqa: T201  the answer
