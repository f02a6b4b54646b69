"""What became other from one round of checks to the next. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from supaops.checks.finding import Finding
from supaops.status import Severity


@dataclass(frozen=True, slots=True)
class Change:
    """A check that says something else than before.

    Attributes:
        before: what it said the last time that it said anything; None for never.
        finding: what it says now.
    """

    before: Severity | None
    finding: Finding


def changes(before: Mapping[str, Severity], findings: Iterable[Finding]) -> list[Change]:
    """Return the checks that turned, in their order; one that is well at first has not turned.

    A check that was skipped says nothing: it neither turns then, nor when it says again what it
    said before.
    """
    found = [Change(before.get(each.id), each) for each in findings if _speaks(each)]
    return [each for each in found if each.finding.severity is not (each.before or Severity.OK)]


def said(before: Mapping[str, Severity], findings: Iterable[Finding]) -> dict[str, Severity]:
    """Return what each check has said last."""
    return {**before, **{each.id: each.severity for each in findings if _speaks(each)}}


def _speaks(finding: Finding) -> bool:
    return finding.severity is not Severity.SKIPPED
