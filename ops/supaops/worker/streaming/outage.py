"""Go on without the database: with growing pauses, and told once."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from supaops.errors import ConnectionFailed, DatabaseError
from supaops.worker.completion import FIRST_PAUSE_S, LONGEST_PAUSE_S

T = TypeVar("T")

log = logging.getLogger("supaops.worker")


class Outage:
    """Repeat a call until it is answered.

    Args:
        changed: set when something may have changed, such as that it is time to close.
        closing: tells whether it is.
    """

    def __init__(self, changed: asyncio.Event, closing: Callable[[], bool]) -> None:
        self._changed = changed
        self._closing = closing
        self._since: float | None = None
        self._pause_s = FIRST_PAUSE_S

    async def outlast(self, call: Callable[[], Awaitable[T]], *, reports: bool) -> T | None:
        """Return the answer; None when it is time to close and there was nothing to report.

        Args:    reports: whether the call reports something, which nobody else would.
        Raises:  DatabaseError that is no ConnectionFailed, of a call that reports: the database
            does not take what it says.
        """
        while True:
            try:
                answer = await call()
            except DatabaseError as error:
                if reports and not isinstance(error, ConnectionFailed):
                    raise
                self._note(error)
            else:
                self._end()
                return answer
            await self._pause()
            if self._closing():
                if not reports:
                    return None
                await asyncio.sleep(FIRST_PAUSE_S)

    async def _pause(self) -> None:
        """Wait, or until it is time to close."""
        end = time.monotonic() + self._pause_s
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        while (left := end - time.monotonic()) > 0 and not self._closing():
            self._changed.clear()
            alarm = asyncio.get_running_loop().call_later(left, self._changed.set)
            await self._changed.wait()
            alarm.cancel()

    def _note(self, error: DatabaseError) -> None:
        if self._since is None:
            self._since = time.monotonic()
            log.warning("%s; the worker goes on as soon as the queue answers", error)

    def _end(self) -> None:
        if self._since is not None:
            log.info("the queue answers again, after %.0f s", time.monotonic() - self._since)
        self._since = None
        self._pause_s = FIRST_PAUSE_S
