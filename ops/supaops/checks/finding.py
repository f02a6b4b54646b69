"""What a check says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from supaops.config.places import KeyPath
from supaops.config.thresholds import NO_THRESHOLDS, Thresholds
from supaops.status import Severity


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check makes of the facts.

    Attributes:
        observed: what was seen, for people: the value with its unit.
        fix: the exact command, or the one act, that helps; empty when all is well.
        value, unit: the observed value for programs; `s`, `share`, `bytes`, or empty for a number
            of things. None where the check is about no quantity.
        bounds: what the value was held against.
        evidence: single things that were seen, the worst first, such as names of jobs.
        since: when it began, where that can be told.
        declared_at: the key of the YAML that this is about; empty for none.
    """

    severity: Severity
    observed: str
    fix: str = ""
    value: float | None = None
    unit: str = ""
    bounds: Thresholds = NO_THRESHOLDS
    evidence: tuple[str, ...] = ()
    since: datetime | None = None
    declared_at: KeyPath = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict of one check, with what the check says of itself.

    Attributes:
        id: stable, ``group.name``; docs/runbooks has a page of that name.
        title: what holds when all is well.
        why: what goes wrong otherwise.
        duration_s: how long reading the facts and judging them took, in seconds.
    """

    id: str
    title: str
    why: str
    verdict: Verdict
    duration_s: float = 0.0

    @property
    def group(self) -> str:
        """Return the part of the chain that it is about."""
        return self.id.partition(".")[0]

    @property
    def runbook(self) -> str:
        """Return the path of its runbook below the repository's root."""
        return f"docs/runbooks/{self.id}.md"

    @property
    def severity(self) -> Severity:
        """Return how bad it is."""
        return self.verdict.severity

    @property
    def observed(self) -> str:
        """Return what was seen."""
        return self.verdict.observed

    @property
    def fix(self) -> str:
        """Return what helps."""
        return self.verdict.fix


def worst(findings: Iterable[Finding]) -> Severity:
    """Return the severity that speaks for all.

    OK when there are none; UNKNOWN when every one was skipped, for then nothing was looked at.
    """
    severities = [each.severity for each in findings]
    speaking = max(severities, key=lambda severity: severity.rank, default=Severity.OK)
    return Severity.UNKNOWN if speaking is Severity.SKIPPED else speaking
