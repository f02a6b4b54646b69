"""Run checks against one environment."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from supaops.checks.catalogue import CHECKS
from supaops.checks.check import REACHABLE, SOURCES, VALID, AnyCheck, skipped, unknown
from supaops.checks.finding import Finding, Verdict
from supaops.checks.pauses import excused
from supaops.checks.sources import Kept, NoValue, Sources
from supaops.config.thresholds import Checks
from supaops.db.connect import Connection
from supaops.db.moment import moment
from supaops.errors import ConfigError, DatabaseError, SupaopsError
from supaops.plan import Desired
from supaops.status import Severity

_SILENT = frozenset({Severity.CRITICAL, Severity.UNKNOWN, Severity.SKIPPED})
_BY_ID = {each.id: each for each in CHECKS}
_WITHOUT_DATABASE = frozenset({VALID, SOURCES, REACHABLE})


def run_checks(
    conn: Connection | SupaopsError,
    declared: Desired | ConfigError,
    checks: Sequence[AnyCheck] = CHECKS,
    *,
    missing: tuple[SupaopsError, ...] | None = (),
    debug: bool = False,
    beside: Callable[[Sources], None] | None = None,
    kept: Kept | None = None,
) -> list[Finding]:
    """Return one finding per check, in their order, all of one moment; changes nothing.

    What cannot be read makes the checks that need it UNKNOWN, and no others. A connection that is
    lost on the way leaves what was read before. What an operator has paused is no more than a
    warning.

    Args:
        conn, declared: the database and the YAML, or what is wrong with it.
        missing: a problem for each value that is not there; see `Sources`.
        debug: raise what a check raises unexpectedly, in place of saying so.
        kept: what earlier runs have read and this one need not read again.
        beside: reads what else is wanted of the same moment, from the same sources.
    """
    limits = Checks() if isinstance(declared, ConfigError) else declared.config.checks
    ends_at = time.monotonic() + limits.total_timeout.total_seconds()
    known = kept or Kept(frozenset(), 0.0)
    sources = Sources(conn, declared, limits.timeout.total_seconds(), ends_at, missing, known)
    run = _Run(sources, debug=debug)
    found: list[Finding] = []
    try:
        with _moment(conn):
            found += excused(sources, [run.finding(each) for each in checks])
            if beside:
                beside(sources)
    except DatabaseError as error:
        return found or run_checks(error, declared, checks, missing=missing)
    return found


@contextmanager
def _moment(conn: Connection | SupaopsError) -> Iterator[None]:
    if isinstance(conn, SupaopsError):
        yield
        return
    with moment(conn):
        yield


class _Run:
    """One run, which judges each check once."""

    def __init__(self, sources: Sources, *, debug: bool) -> None:
        self._sources = sources
        self._debug = debug
        self._found: dict[str, Finding] = {}

    def finding(self, check: AnyCheck) -> Finding:
        if check.id not in self._found:
            started = time.monotonic()
            verdict = self._blocked(check) or self._verdict(check)
            taken = time.monotonic() - started
            self._found[check.id] = Finding(check.id, check.title, check.why, verdict, taken)
        return self._found[check.id]

    def _blocked(self, check: AnyCheck) -> Verdict | None:
        offline = isinstance(self._sources.connection, SupaopsError)
        if offline and check.id not in _WITHOUT_DATABASE:
            return skipped(f"needs {REACHABLE}")
        for id in check.needs:  # noqa: A001  it is called so everywhere else
            if self.finding(_BY_ID[id]).severity in _SILENT:
                return skipped(f"needs {id}")
        return None

    def _verdict(self, check: AnyCheck) -> Verdict:
        try:
            facts = self._sources.facts(check.reads)
            return check.judge(self._sources.desired.config, facts)
        except NoValue:
            return skipped(f"needs {SOURCES}")
        except SupaopsError as error:
            return _untold(error)
        except Exception as error:
            if self._debug:
                raise
            # Not its message: what failed where nobody expected it may quote a secret.
            defect = f"a defect of supaops: {type(error).__name__}"
            return unknown(defect, "run it again with SUPAOPS_DEBUG=1 and report what it prints")


def _untold(error: SupaopsError) -> Verdict:
    """Return that there is no evidence, with every problem of the YAML."""
    problems = error.problems if isinstance(error, ConfigError) else [error]
    first, *others = problems
    if not others:
        return unknown(str(first), first.hint or "")
    told = (f"{each}; fix: {each.hint}" if each.hint else str(each) for each in problems)
    return unknown(f"{len(problems)} problems", first.hint or "", evidence=tuple(told))
