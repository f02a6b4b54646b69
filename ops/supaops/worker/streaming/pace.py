"""When to look for jobs: at once while there are some, soon after a wake-up, now and then."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

# After a look that found something, or was woken for something.
FIRST_PAUSE_S = 0.005
# Between two looks while more may come of one wake-up: a twentieth of its interval, within these.
SHORTEST_QUICK_S = 0.025
LONGEST_QUICK_S = 0.1


class Pace(Protocol):
    """Say when the next look for jobs is due."""

    @property
    def pause_s(self) -> float:
        """Return how long it is until the next look, 0 when it is due, infinite for never."""

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more is to be looked for."""

    def looked(self, asked: int, found: int) -> None:
        """Take note of a claim of `asked` jobs, one at least."""


class UntilEmpty:
    """Look until a look finds nothing."""

    is_over = False

    @property
    def pause_s(self) -> float:
        """Return 0, or infinity after a look that found nothing."""
        return math.inf if self.is_over else 0.0

    def looked(self, asked: int, found: int) -> None:  # noqa: ARG002  the protocol's names
        """Take note of a claim."""
        self.is_over = found == 0


class Lasting:
    """Look for ever: pauses grow from one empty look to the next.

    New jobs wake a worker once per interval, so for an interval after a wake-up or a find the
    pauses stay short.

    Args:
        interval: how long one wake-up stands for all that comes.
        poll: the longest pause.
        clock: seconds of a clock that never goes back.
    """

    is_over = False

    def __init__(
        self,
        *,
        interval: timedelta,
        poll: timedelta,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._interval_s = interval.total_seconds()
        self._poll_s = poll.total_seconds()
        quick_s = min(max(self._interval_s / 20, SHORTEST_QUICK_S), LONGEST_QUICK_S)
        self._quick_s = min(quick_s, self._poll_s)
        self._clock = clock
        self._pause_s = FIRST_PAUSE_S
        self._due = self._active_until = clock()

    @property
    def pause_s(self) -> float:
        """Return how long it is until the next look."""
        return max(0.0, self._due - self._clock())

    def wake(self) -> None:
        """Look at once, and again soon."""
        self._stir()
        self._due = self._clock()

    def looked(self, asked: int, found: int) -> None:
        """Take note of a claim; one that got all it asked for may have left more."""
        if found:
            self._stir()
        self._due = self._clock() + (0.0 if found == asked else self._pause_s)
        if not found:
            quick = self._clock() < self._active_until
            longest = self._quick_s if quick else self._poll_s
            self._pause_s = min(2 * self._pause_s, longest)

    def _stir(self) -> None:
        self._active_until = self._clock() + self._interval_s
        self._pause_s = FIRST_PAUSE_S
