"""The verdict of one check."""

from __future__ import annotations

from dataclasses import dataclass

from supaops.status import Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check saw.

    Attributes:
        id: stable, ``group.name``.
        observed: the value that was seen, with its unit.
        fix: the command that helps; empty when all is well.
    """

    id: str
    severity: Severity
    observed: str
    fix: str = ""


def worst(findings: list[Finding]) -> Severity:
    """Return the severity that speaks for all; OK when there are none."""
    return max((each.severity for each in findings), key=lambda s: s.rank, default=Severity.OK)
