"""Which exit status findings amount to."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from supaops.checks.finding import Finding, worst
from supaops.status import Severity


class FailOn(StrEnum):
    """From which severity on a run fails; UNKNOWN fails for both but `never`."""

    WARNING = "warning"
    CRITICAL = "critical"
    NEVER = "never"


def exit_status(findings: Iterable[Finding], fail_on: FailOn, *, strict: bool) -> Severity:
    """Return the status to exit with: the worst, or OK where that is no failure.

    Args:    strict: a check that was skipped counts as UNKNOWN.
    """
    found = list(findings)
    status = worst(found)
    if strict and any(each.severity is Severity.SKIPPED for each in found):
        status = max(status, Severity.UNKNOWN, key=lambda severity: severity.rank)
    passes = status is Severity.WARNING and fail_on is FailOn.CRITICAL
    return Severity.OK if passes or fail_on is FailOn.NEVER else status
