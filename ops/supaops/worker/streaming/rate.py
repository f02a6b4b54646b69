"""How fast jobs end, of late: so many more may be claimed than can start at once."""

from __future__ import annotations

import time
from collections.abc import Callable

# About how far back "of late" reaches.
_MEMORY_S = 0.25
# What is claimed ahead should begin within this time; what waits longer is another worker's.
AHEAD_S = 0.5


class Rate:
    """A moving average of jobs per second.

    Args:    clock: seconds of a clock that never goes back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counted_at = clock()
        self._per_s = 0.0

    @property
    def ahead(self) -> int:
        """Return how many jobs that wait would begin soon."""
        return int(self._per_s * AHEAD_S)

    def count(self, ended: int) -> None:
        """Take note of jobs that have ended since the last call."""
        now = self._clock()
        passed = max(now - self._counted_at, 1e-6)
        self._counted_at = now
        weight = min(1.0, passed / _MEMORY_S)
        self._per_s += weight * (ended / passed - self._per_s)
