"""Stay after a post, and claim what comes while nobody else is posted for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from supaops.config.duration import LONGEST_WAKE
from supaops.errors import DatabaseError
from supaops.worker.runner import Runner, ShuttingDown

# After an answer pg_net may rest for a second before it sends what was posted since.
NET_REST_S = 1.1
# As long as there is work; then a new post, or a tick, has to prove that it is still wanted.
LONGEST_S = LONGEST_WAKE.total_seconds()
# Between two looks: a twentieth of the interval, within these two.
SHORTEST_LOOK_S = 0.025
LONGEST_LOOK_S = 0.1
_BUSY_LOOK_S = 0.01  # after one that found all that could start
_AWAY_LOOK_S = 0.5  # after one that failed

log = logging.getLogger("supaops.worker")


class Linger:
    """Look for jobs after a post that a new job has sent.

    There is one such post per interval. What comes in the rest of the interval posts nothing, nor
    does what was written before its end and is committed later; all that is this worker's.

    Args:
        settle: how long to wait for transactions that were writing when the interval ended.
        stopped: tells whether nothing may be claimed any more.
    """

    def __init__(self, runner: Runner, *, settle: timedelta, stopped: Callable[[], bool]) -> None:
        self._runner = runner
        self._settle_s = settle.total_seconds()
        self._stopped = stopped
        self._task: asyncio.Task[None] | None = None
        self._open = 0
        self._interval_s = 0.0
        self._until = 0.0
        self._end = 0.0
        self._limit = 1
        self._worker = ""

    @contextmanager
    def during(self, interval: timedelta, *, limit: int, worker: str) -> Iterator[None]:
        """Look for jobs from now on: while the block runs, and until the interval has passed.

        pg_net sends no other post while it waits for this one's answer, hence the block; and it
        may rest after that, hence a little longer.

        Args:
            limit: jobs per claim.
            worker: what the jobs' `worker` column shows.
        """
        self._interval_s = interval.total_seconds()
        self._limit, self._worker = limit, worker
        self._until = max(self._until, _now() + self._interval_s)
        self._end = _now() + LONGEST_S
        self._open += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            self._open -= 1
            self._until = max(self._until, _now() + NET_REST_S)

    @property
    def _wanted(self) -> bool:
        return self._open > 0 or _now() < self._until

    async def _run(self) -> None:
        try:
            while self._wanted and not self._stopped():
                await self._pass_the_interval()
                await self._outwait_the_writers()
        except ShuttingDown:
            return

    async def _pass_the_interval(self) -> None:
        while self._wanted and not self._stopped():
            await self._look()

    async def _outwait_the_writers(self) -> None:
        """Look until everybody who was writing has ended, and once more after that."""
        deadline = _now() + self._settle_s
        writing = await self._runner.writing_since(None)
        while writing and _now() < deadline and not self._wanted and not self._stopped():
            await self._look()
            writing = await self._runner.writing_since(writing)
        if not self._stopped():
            await self._look()

    async def _look(self) -> None:
        """Claim, and rest until the next look is due."""
        asked = max(0, min(self._limit, self._runner.room))
        rest = min(max(self._interval_s / 20, SHORTEST_LOOK_S), LONGEST_LOOK_S)
        try:
            found = await self._runner.claim(asked, worker=self._worker)
        except DatabaseError as error:
            log.warning("looking for more jobs: %s", error)
            found, rest = 0, _AWAY_LOOK_S
        else:
            rest = _BUSY_LOOK_S if found == asked else rest
        if found:
            self._until = max(self._until, min(_now() + self._interval_s, self._end))
        await asyncio.sleep(rest)


def _now() -> float:
    return asyncio.get_running_loop().time()
