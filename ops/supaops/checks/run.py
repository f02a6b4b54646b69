"""Run checks against one environment."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from supaops.checks.catalogue import CHECKS
from supaops.checks.check import REACHABLE, AnyCheck, skipped, unknown
from supaops.checks.finding import Finding, Verdict
from supaops.checks.sources import Sources
from supaops.db.connect import Connection
from supaops.db.moment import moment
from supaops.errors import DatabaseError, SupaopsError
from supaops.plan import Desired
from supaops.status import Severity

_SILENT = frozenset({Severity.CRITICAL, Severity.UNKNOWN, Severity.SKIPPED})
_BY_ID = {each.id: each for each in CHECKS}


def run_checks(
    conn: Connection, desired: Desired, checks: Sequence[AnyCheck] = CHECKS
) -> list[Finding]:
    """Return one finding per check, in their order, all of one moment; changes nothing.

    What cannot be read makes the checks that need it UNKNOWN, and no others. A connection that is
    lost on the way leaves what was read before.
    """
    limits = desired.config.checks
    ends_at = time.monotonic() + limits.total_timeout.total_seconds()
    run = _Run(Sources(conn, desired, limits.timeout.total_seconds(), ends_at))
    found: list[Finding] = []
    try:
        with moment(conn):
            found += [run.finding(each) for each in checks]
    except DatabaseError as error:
        return found or unreachable(error, checks)
    return found


def unreachable(error: SupaopsError, checks: Sequence[AnyCheck] = CHECKS) -> list[Finding]:
    """Return what is to be said of each check when there is no connection."""
    return [_without_database(each, error) for each in checks]


def _without_database(check: AnyCheck, error: SupaopsError) -> Finding:
    asks = check.id == REACHABLE
    verdict = unknown(str(error), error.hint or "") if asks else skipped(f"needs {REACHABLE}")
    return Finding(check.id, check.title, check.why, verdict)


class _Run:
    """One run, which judges each check once."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._found: dict[str, Finding] = {}

    def finding(self, check: AnyCheck) -> Finding:
        if check.id not in self._found:
            started = time.monotonic()
            verdict = self._blocked(check.needs) or self._verdict(check)
            taken = time.monotonic() - started
            self._found[check.id] = Finding(check.id, check.title, check.why, verdict, taken)
        return self._found[check.id]

    def _blocked(self, needs: Iterable[str]) -> Verdict | None:
        for id in needs:  # noqa: A001  it is called so everywhere else
            if self.finding(_BY_ID[id]).severity in _SILENT:
                return skipped(f"needs {id}")
        return None

    def _verdict(self, check: AnyCheck) -> Verdict:
        try:
            facts = self._sources.facts(check.reads)
        except SupaopsError as error:
            return unknown(str(error), error.hint or "")
        return check.judge(self._sources.desired.config, facts)
