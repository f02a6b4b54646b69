"""Cut off what takes too long, with one timer for all that runs.

`asyncio.timeout` arms and disarms a timer of its own for each job, which took a third of the time
of a job that does nothing. The jobs of a worker have few different timeouts, so the timer that is
armed for the first of them is early enough for those that follow.
"""

from __future__ import annotations

import asyncio
from typing import Any


class Deadlines:
    """Cancel tasks at their deadlines. Each task has one at most."""

    def __init__(self) -> None:
        self._due: dict[asyncio.Task[Any], float] = {}
        self._cut_off: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, task: asyncio.Task[Any], seconds: float) -> None:
        """Cancel `task` after so many seconds, unless `end` is called before."""
        loop = asyncio.get_running_loop()
        due = self._due[task] = loop.time() + seconds
        if self._timer is None or due < self._timer.when():
            self._arm(loop, due)

    def end(self, task: asyncio.Task[Any]) -> bool:
        """Tell whether `task` was cut off, and take that cancellation back."""
        self._due.pop(task, None)
        if task not in self._cut_off:
            return False
        self._cut_off.remove(task)
        task.uncancel()
        return True

    def _arm(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = loop.call_at(due, self._ring, loop)

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        now = loop.time()
        for task in [task for task, due in self._due.items() if due <= now]:
            del self._due[task]
            self._cut_off.add(task)
            task.cancel()
        if self._due:
            self._arm(loop, min(self._due.values()))
