"""A process that counts jobs as a worker does: `COUNT TASK_TYPE`; it lives until its input ends."""

from __future__ import annotations

import asyncio
import os
import sys

from supaops.worker import Handlers
from supaops.worker.telemetry.observing import MetricsAddress, observe
from tests.worker.fake_queue import job

handlers = Handlers()
handlers.handler("work")(print)


async def count(times: int, task_type: str) -> None:
    """Have so many jobs run and succeed, and one more begin."""
    with observe(MetricsAddress(), kind="worker", handlers=handlers, declared=["work"]) as observer:
        observer.started()
        observer.ready()
        for _ in range(times):
            with observer.attempt(known := job(task_type)):
                pass
            observer.ended(known, "succeeded")
        with observer.attempt(job(task_type)):
            os.write(1, b"counted\n")
            await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(count(int(sys.argv[1]), sys.argv[2]))
