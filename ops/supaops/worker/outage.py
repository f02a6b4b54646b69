"""Tell of a database that is away: once when it goes, once when it is back."""

from __future__ import annotations

import logging
import time

from supaops.errors import DatabaseError
from supaops.worker.completion import FIRST_PAUSE_S, LONGEST_PAUSE_S

log = logging.getLogger("supaops.worker")


class Outage:
    """What the pauses between two tries are, and what the log says of it all."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._pause_s = FIRST_PAUSE_S

    def note(self, error: DatabaseError) -> float:
        """Take note of a try that failed; return how long to wait before the next, in seconds."""
        if self._since is None:
            self._since = time.monotonic()
            log.warning("%s; the worker goes on as soon as the queue answers", error)
        pause_s = self._pause_s
        self._pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        return pause_s

    def over(self) -> None:
        """Take note of a try that went well."""
        if self._since is not None:
            log.info("the queue answers again, after %.0f s", time.monotonic() - self._since)
        self._since = None
        self._pause_s = FIRST_PAUSE_S
