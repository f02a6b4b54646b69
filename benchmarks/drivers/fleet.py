"""What the workers of a fleet have in common; nothing but the standard library, for any peer.

A worker says that it is there and waits for a line. Then it works until its input ends, says how
many jobs it has done whenever that changes, and at the end what it knows of them. A producer waits
for the line too, and adds jobs at a pace, each with the time at which it began to.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

_REPORT_EVERY_S = 0.05
_ADDING_AT_ONCE = 8


class Seen:
    """What the handlers of one process have seen."""

    def __init__(self) -> None:
        self.done = 0
        self.last_at = 0.0
        self.waits_ms: list[float] = []

    def job(self, sent: float | None = None) -> None:
        """Count a call.

        Args:    sent: the time at which the job began to be added, where it says so.
        """
        now = time.time()
        self.done += 1
        self.last_at = now
        if sent is not None:
            self.waits_ms.append(1000 * (now - sent))


async def work(begin: Callable[[Seen, asyncio.Event], Awaitable[None]]) -> None:
    """Let `begin` work from the line on until the input ends."""
    seen, over = Seen(), asyncio.Event()
    await _line()
    reporting = asyncio.create_task(_report(seen))
    ending = asyncio.create_task(_end(over))
    try:
        await begin(seen, over)
    finally:
        reporting.cancel()
        ending.cancel()
    _say(done=seen.done, last_at=seen.last_at, waits_ms=seen.waits_ms)


async def produce(add: Callable[[float], Awaitable[Any]], rate: int, seconds: int) -> None:
    """Add `rate` jobs a second for so long, each in a call of its own, several at once if need be.

    A job that is late is added at once, and its time is the one at which it was due: a producer
    that falls behind hides no wait.
    """
    free = asyncio.Semaphore(_ADDING_AT_ONCE)
    await _line()
    started = time.time()

    async def one(due: float) -> None:
        async with free:
            await add(due)

    async with asyncio.TaskGroup() as adding:
        for number in range(rate * seconds):
            due = started + number / rate
            await asyncio.sleep(max(0.0, due - time.time()))
            adding.create_task(one(due))
    _say(done=rate * seconds, seconds=time.time() - started)


async def _line() -> None:
    _say(ready=True)
    await asyncio.to_thread(sys.stdin.readline)


async def _end(over: asyncio.Event) -> None:
    await asyncio.to_thread(sys.stdin.read)
    over.set()


async def _report(seen: Seen) -> None:
    told = -1
    while True:
        if seen.done != told:
            told = seen.done
            _say(done=told)
        await asyncio.sleep(_REPORT_EVERY_S)


def _say(**fields: Any) -> None:
    print(json.dumps(fields), flush=True)  # noqa: T201  the answer
