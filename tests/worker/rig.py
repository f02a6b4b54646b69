"""A runner over a queue in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from supaops.worker import Handlers
from supaops.worker.execution import Executor
from supaops.worker.reporter import Reporter
from supaops.worker.runner import OnDeadline, Runner
from supaops.worker.tally import Tally
from tests.worker.fake_queue import NOW, FakeQueue

SOON = timedelta(seconds=0.05)
LATER = timedelta(seconds=10)


@asynccontextmanager
async def no_connection() -> AsyncIterator[Any]:
    """Stand for a pool that no handler should ask."""
    raise AssertionError("no handler here needs a database")
    yield


class Rig:
    """A queue, the handlers, and the runner between them."""

    def __init__(
        self,
        *,
        concurrency: int = 5,
        lease: timedelta = timedelta(minutes=5),
        on_deadline: OnDeadline = "continue",
        reporter: Reporter | None = None,
    ) -> None:
        self.queue = FakeQueue()
        self.handlers = Handlers()
        executor = Executor(self.handlers, no_connection, clock=lambda: NOW)
        self.runner = Runner(
            self.queue,
            executor,
            concurrency=concurrency,
            lease=lease,
            on_deadline=on_deadline,
            reporter=reporter,
        )

    async def run(self, limit: int = 5, *, within: timedelta = LATER) -> Tally:
        """Run one claim."""
        return await self.runner.run(limit, worker="host:1", within=within)
