"""A run of checks in one sentence. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from supaops.report.health.document import HealthDocument
from supaops.status import Severity

WORST_FIRST = tuple(sorted(Severity, key=lambda severity: -severity.rank))


def sums(document: HealthDocument) -> str:
    """Return such as ``1 critical, 2 skipped; 45 of 48 checks OK.``."""
    counts = {each: getattr(document.summary, each.name.lower()) for each in Severity}
    return sentence(counts)


def sentence(counts: Mapping[Severity, int]) -> str:
    """Return what is not OK by its number, then how many are."""
    told = [counted(counts[each], each) for each in WORST_FIRST if each is not Severity.OK]
    parts = ", ".join(part for part in told if part)
    total = sum(counts.values())
    return f"{parts}{'; ' if parts else ''}{counts[Severity.OK]} of {total} checks OK."


def counted(count: int, severity: Severity) -> str:
    """Return such as ``2 warnings``; empty for none."""
    name = "OK" if severity is Severity.OK else severity.name.lower()
    plural = "s" if severity is Severity.WARNING and count > 1 else ""
    return f"{count} {name}{plural}" if count else ""
