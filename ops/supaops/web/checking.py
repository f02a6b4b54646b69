"""Run the checks over a connection that is lent for it."""

from __future__ import annotations

import time
from contextlib import suppress

from supaops.checks.catalogue import left_out, selected
from supaops.checks.finding import Finding
from supaops.checks.round import Round, seen
from supaops.checks.run import run_checks
from supaops.checks.sources import Kept
from supaops.checks.worker.facts import CALLS
from supaops.clock import Clock
from supaops.db.connect import Connection
from supaops.db.lending import Lender
from supaops.errors import SupaopsError
from supaops.plan import Desired

_CANCEL_S = 1.0


class Checking:
    """Runs every check that the YAML does not leave out, one run at a time.

    The worker is called as seldom as by `supaops watch`: once in `watch.worker_interval`.
    """

    def __init__(self, desired: Desired, database: Lender, clock: Clock) -> None:
        self._desired = desired
        self._database = database
        self._clock = clock
        self._checks = selected((), left_out(desired.config))
        self._kept = self._nothing_kept()
        self._conn: Connection | None = None

    def look(self, *, anew: bool) -> Round:
        """Return what the checks say now; without a database what they say without one.

        Args:    anew: call the worker too, however lately that was done.
        """
        if anew:
            self._kept = self._nothing_kept()
        at, started = self._clock(), time.monotonic()
        findings = self._findings()
        return Round(at, findings, time.monotonic() - started)

    def cancel(self) -> None:
        """Have the server give up what it is asked at this moment."""
        conn = self._conn
        with suppress(Exception):  # it has ended by itself, or the server is away
            if conn is not None:
                conn.cancel_safe(timeout=_CANCEL_S)

    def _findings(self) -> list[Finding]:
        try:
            with self._database.lend() as conn:
                self._conn = conn
                return seen(conn, self._see)
        except SupaopsError as error:
            return self._see(error)
        finally:
            self._conn = None

    def _see(self, conn: Connection | SupaopsError) -> list[Finding]:
        return run_checks(conn, self._desired, self._checks, kept=self._kept)

    def _nothing_kept(self) -> Kept:
        return Kept(CALLS, self._desired.config.watch.worker_interval.total_seconds())
