"""One round of checks after the other, whatever becomes of the database meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from supaops.checks.finding import Finding
from supaops.checks.measures import NOTHING, Measures
from supaops.clock import Clock, utc_now
from supaops.db.connect import Connection
from supaops.db.health.harvest import harvest
from supaops.errors import ConnectionFailed, SupaopsError


@dataclass(frozen=True, slots=True)
class Round:
    """What one round saw.

    Attributes:
        at: when it began.
        duration_s: how long it took, in seconds.
    """

    at: datetime
    findings: list[Finding]
    measures: Measures
    duration_s: float


class Watcher:
    """Looks at one database, and connects again when the connection was lost.

    It is told how to connect, how to run the checks with a connection or with the reason why there
    is none, and how to take the measures.
    """

    def __init__(
        self,
        connect: Callable[[], Connection],
        check: Callable[[Connection | SupaopsError], list[Finding]],
        measure: Callable[[Connection], Measures],
        clock: Clock = utc_now,
    ) -> None:
        self._connect = connect
        self._check = check
        self._measure = measure
        self._clock = clock
        self._conn: Connection | None = None

    def look(self) -> Round:
        """Run every check once; without a connection say of each that there is none."""
        at, started = self._clock(), time.monotonic()
        try:
            findings, measures = self._seen()
        except SupaopsError as error:
            self.close()
            findings, measures = self._check(error), NOTHING
        return Round(at, findings, measures, time.monotonic() - started)

    def close(self) -> None:
        """Give the connection up."""
        if self._conn is not None:
            self._conn.close()
        self._conn = None

    def _seen(self) -> tuple[list[Finding], Measures]:
        if self._conn is None:
            self._conn = self._connect()
        harvest(self._conn)
        if self._conn.closed:
            raise ConnectionFailed("the connection was lost", hint="the next round connects again")
        return self._check(self._conn), self._measure(self._conn)


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
