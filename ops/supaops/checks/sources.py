"""Where checks read their facts, each source once, within the time that there is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from supaops.db.connect import Connection
from supaops.db.moment import limited
from supaops.errors import SupaopsError
from supaops.plan import Desired

Facts = TypeVar("Facts")


class OutOfTime(SupaopsError):
    """There was no time left to look."""


@dataclass(slots=True)
class Sources:
    """One run's access to the database and to the config.

    Attributes:
        timeout_s: how long one reader may take, in seconds.
        ends_at: when the run must be over, on the clock of `time.monotonic`.
    """

    conn: Connection
    desired: Desired
    timeout_s: float
    ends_at: float
    _read: dict[Any, Any] = field(default_factory=dict)

    @property
    def left_s(self) -> float:
        """Return how long a reader may still take, in seconds; zero or less when time is up."""
        return min(self.timeout_s, self.ends_at - time.monotonic())

    def facts(self, reader: Reader[Facts]) -> Facts:
        """Return what a reader reads, from memory when it was read before.

        Raises: SupaopsError, the same one each time.
        """
        if reader not in self._read:
            try:
                self._read[reader] = self._fresh(reader)
            except SupaopsError as error:
                self._read[reader] = error
        found = self._read[reader]
        if isinstance(found, SupaopsError):
            raise found
        return found  # type: ignore[no-any-return]  # it is what this reader returned

    def _fresh(self, reader: Reader[Facts]) -> Facts:
        left = self.left_s
        if left <= 0:
            raise OutOfTime("not looked at: all checks together took too long")
        with limited(self.conn, left):
            return reader(self)


Reader = Callable[[Sources], Facts]
