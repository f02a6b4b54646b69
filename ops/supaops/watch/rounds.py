"""One round of checks after the other, whatever becomes of the database meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from supaops.checks.check import AnyCheck
from supaops.checks.finding import Finding
from supaops.checks.measures import NOTHING, Measures, take_measures
from supaops.checks.run import run_checks, unreachable
from supaops.clock import Clock, utc_now
from supaops.db.connect import Connection
from supaops.db.health.harvest import harvest
from supaops.errors import ConnectionFailed, SupaopsError
from supaops.plan import Desired


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
    """Looks at one database, and connects again when the connection was lost."""

    def __init__(
        self,
        connect: Callable[[], Connection],
        desired: Desired,
        checks: Sequence[AnyCheck],
        clock: Clock = utc_now,
    ) -> None:
        self._connect = connect
        self._desired = desired
        self._checks = checks
        self._clock = clock
        self._conn: Connection | None = None

    def look(self) -> Round:
        """Run every check once; without a connection say of each that there is none."""
        at, started = self._clock(), time.monotonic()
        try:
            findings, measures = self._seen()
        except SupaopsError as error:
            self.close()
            findings, measures = unreachable(error, self._checks), NOTHING
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
        findings = run_checks(self._conn, self._desired, self._checks)
        return findings, take_measures(self._conn, self._desired)


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
