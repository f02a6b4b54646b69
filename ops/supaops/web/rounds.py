"""What the checks say, shared by all who look: one run at a time, and none while nobody looks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol, Self

from supaops.checks.round import Round

FRESH_S = 15.0
"""How old a round may be before whoever looks has the next one made."""
OLD_S = 60.0
"""How old a round may be before a page warns that it is."""
FLOOR_S = 5.0
"""Between the end of a round and one that somebody asks for."""
_GRACE_S = 5.0
"""Beyond the time that all checks together may take."""
_CLOSE_S = 4.0
_STEP_S = 0.1


class Looker(Protocol):
    """Makes a round, on a thread that may be told to make haste."""

    def look(self, *, anew: bool) -> Round:
        """Return what the checks say now."""
        ...

    def cancel(self) -> None:
        """End what is waited for at this moment."""
        ...


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known at a moment.

    Attributes:
        done: the latest round that ended; None before the first one has.
        age_s: since its end, in seconds; None without one.
        running_s: for how long the next one has been going on; None when none is.
        is_late: whether that is longer than all checks together may take.
    """

    done: Round | None
    age_s: float | None
    running_s: float | None
    is_late: bool

    @property
    def is_fresh(self) -> bool:
        """Tell whether there is a round, of a moment ago."""
        return self.age_s is not None and self.age_s < FRESH_S

    @property
    def is_old(self) -> bool:
        """Tell whether there is a round, of so long ago that it may mislead."""
        return self.age_s is not None and self.age_s > OLD_S


class Rounds:
    """Makes rounds on a thread of its own, so that no page waits for one.

    Attributes:
        version: another number whenever there is something else to show.
    """

    def __init__(
        self,
        looker: Looker,
        longest: timedelta,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.version = 0
        self._looker = looker
        self._late_after_s = longest.total_seconds() + _GRACE_S
        self._now = now
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None
        self._begun_at = 0.0
        self._ended_at: float | None = None
        self._done: Round | None = None
        self._done_at = 0.0
        self._is_closed = False

    def __enter__(self) -> Self:
        """Let rounds be made; the first one begins when somebody looks."""
        self._is_closed = False
        return self

    def __exit__(self, *exc_info: object) -> None:
        """End the round that is being made, and make no other; waits some seconds at most."""
        with self._news:
            self._is_closed, thread = True, self._thread
        deadline = time.monotonic() + _CLOSE_S
        while thread and thread.is_alive() and time.monotonic() < deadline:
            self._looker.cancel()
            thread.join(_STEP_S)

    def standing(self) -> Standing:
        """Return what is known; when that is old, have it looked at again meanwhile."""
        with self._news:
            if self._is_due(FRESH_S):
                self._begin(anew=False)
            return self._standing()

    def again(self) -> bool:
        """Have all of it looked at now, the worker too; tell whether that was begun.

        It is not while a round is being made, nor in the seconds after one.
        """
        with self._news:
            is_due = self._is_due(FLOOR_S)
            if is_due:
                self._begin(anew=True)
            return is_due

    def fresh(self, patience: timedelta) -> Round | None:
        """Return a round of this moment, made if need be; None when it does not end in time."""
        with self._news:
            if self._is_due(FRESH_S):
                self._begin(anew=False)
            self._news.wait_for(lambda: self._thread is None, patience.total_seconds())
            standing = self._standing()
        return standing.done if standing.is_fresh else None

    def _is_due(self, after_s: float) -> bool:
        if self._thread or self._is_closed:
            return False
        return self._ended_at is None or self._now() - self._ended_at >= after_s

    def _begin(self, *, anew: bool) -> None:
        self._begun_at = self._now()
        make = partial(self._make, anew=anew)
        self._thread = threading.Thread(target=make, name="checks", daemon=True)
        self._thread.start()

    def _make(self, *, anew: bool) -> None:
        done = None
        try:
            done = self._looker.look(anew=anew)
        finally:
            with self._news:
                self._ended_at, self._thread = self._now(), None
                if done:
                    self._done, self._done_at = done, self._ended_at
                self.version += 1
                self._news.notify_all()

    def _standing(self) -> Standing:
        now = self._now()
        running_s = now - self._begun_at if self._thread else None
        age_s = now - self._done_at if self._done else None
        is_late = running_s is not None and running_s > self._late_after_s
        return Standing(self._done, age_s, running_s, is_late)
