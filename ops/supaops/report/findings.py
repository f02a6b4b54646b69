"""Findings as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.text import Text

from supaops.checks.check import AnyCheck
from supaops.checks.finding import Finding, worst
from supaops.report.severity import STYLE
from supaops.status import Severity

FORMAT_VERSION = "1.0"


def check_lines(checks: Sequence[AnyCheck]) -> Iterator[Text]:
    """Yield a line per check: its id, and what holds when all is well."""
    width = max((len(each.id) for each in checks), default=0)
    for each in checks:
        yield Text(f"{each.id:<{width}}  ", "bold").append(each.title, "not bold")


def finding_lines(findings: list[Finding]) -> Iterator[Text]:
    """Yield a line per finding with its remedy under it, and the verdict at the end."""
    width = max((len(each.id) for each in findings), default=0)
    for each in findings:
        yield from _lines(each, width)
    verdict = worst(findings)
    good = sum(each.severity is Severity.OK for each in findings)
    yield Text()
    yield Text(f"{verdict.name}: {good} of {len(findings)} checks OK.", STYLE[verdict])


def findings_json(findings: list[Finding]) -> dict[str, Any]:
    """Return the findings as JSON-able data; severities by name."""
    return {
        "format_version": FORMAT_VERSION,
        "status": worst(findings).name,
        "findings": [
            {"id": f.id, "severity": f.severity.name, "observed": f.observed, "fix": f.fix}
            for f in findings
        ],
    }


def _lines(finding: Finding, width: int) -> Iterator[Text]:
    line = Text(f"  {finding.severity.name:<9}", STYLE[finding.severity])
    yield line.append(f"{finding.id:<{width}}  ", "bold").append(
        finding.observed, "not bold default"
    )
    if finding.fix:
        yield Text(f"{'':11}fix: {finding.fix}", "cyan")
