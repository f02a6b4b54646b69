"""Drains PgQue with the consumer of its Python package: `work JOBS`."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

from pgque import Consumer


def work(jobs: int) -> dict[str, Any]:
    """Drain the queue; the handler counts; the last batch is acknowledged before the end.

    An interval of 0 lets it ask for the next batch at once; else it waits for a notification.
    """
    consumer = Consumer(os.environ["DATABASE_URL"], queue="bench", name="bench", poll_interval=0)
    done = 0

    def handle(_message: Any) -> None:
        nonlocal done
        done += 1
        if done == jobs:
            consumer.stop()

    consumer.on("bench")(handle)
    started = time.perf_counter()
    consumer.start()
    return {"seconds": time.perf_counter() - started, "done": done}


if __name__ == "__main__":
    print(json.dumps(work(int(sys.argv[-1]))))  # noqa: T201  the answer
