"""Findings as text and as JSON."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from supaops.checks.finding import Finding, worst
from supaops.status import Severity

FORMAT_VERSION = "1.0"
_STYLE = {
    Severity.OK: "green",
    Severity.WARNING: "yellow",
    Severity.CRITICAL: "bold red",
    Severity.UNKNOWN: "magenta",
}


def findings_text(findings: list[Finding]) -> Text:
    """Return a line per finding with its remedy under it, and the worst at the end."""
    lines = [line for each in findings for line in _lines(each)]
    verdict = worst(findings)
    return Text("\n").join([*lines, Text(), Text(f"{verdict.name}", _STYLE[verdict])])


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


def _lines(finding: Finding) -> list[Text]:
    line = Text(f"  {finding.severity.name:<9}", _STYLE[finding.severity])
    line.append(f"{finding.id:<17} ", "bold").append(finding.observed, "default")
    return [line, Text(f"            fix: {finding.fix}", "cyan")] if finding.fix else [line]
