"""One round of checks after the other, whatever becomes of the database meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from supaops.checks.finding import Finding
from supaops.checks.measures import Measures
from supaops.checks.round import Round, seen
from supaops.clock import Clock, utc_now
from supaops.db.connect import Connection
from supaops.errors import SupaopsError

Seen = tuple[list[Finding], Measures]


class Watcher:
    """Looks at one database, and connects again when the connection was lost.

    It is told how to connect, and how to see with a connection or with the reason for having none.
    """

    def __init__(
        self,
        connect: Callable[[], Connection],
        see: Callable[[Connection | SupaopsError], Seen],
        clock: Clock = utc_now,
    ) -> None:
        self._connect = connect
        self._see = see
        self._clock = clock
        self._conn: Connection | None = None

    def look(self) -> Round:
        """Run every check once; without a connection say of each that there is none."""
        at, started = self._clock(), time.monotonic()
        try:
            findings, measures = self._seen()
        except SupaopsError as error:
            self.close()
            findings, measures = self._see(error)
        return Round(at, findings, time.monotonic() - started, measures)

    def close(self) -> None:
        """Give the connection up."""
        if self._conn is not None:
            self._conn.close()
        self._conn = None

    def _seen(self) -> Seen:
        if self._conn is None:
            self._conn = self._connect()
        return seen(self._conn, self._see)


def rounds(
    look: Callable[[], Round], interval_s: float, wait: Callable[[float], None] = time.sleep
) -> Iterator[Round]:
    """Yield rounds for ever, one per interval, counted from start to start; never two at once.

    One that takes longer than the interval is followed at once.
    """
    while True:
        started = time.monotonic()
        yield look()
        wait(max(0.0, started + interval_s - time.monotonic()))
