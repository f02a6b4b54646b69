"""The page for programs. Pure."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from supaops.checks.finding import Finding
from supaops.incident import Lately, Page
from supaops.report.times import iso

FORMAT_VERSION = "1.0"


def incident_json(page: Page) -> dict[str, Any]:
    """Return the page as JSON-able data; times are ISO 8601 in UTC, `lately` null if unknown."""
    return {
        "format_version": FORMAT_VERSION,
        "environment": page.environment,
        "at": iso(page.at),
        "status": page.severity.name,
        "since": _plain(page.since),
        "window_s": page.window.total_seconds(),
        "broken": [_finding(each) for each in page.broken],
        "failing": [_plain(asdict(each)) for each in page.failing],
        "lately": _lately(page.lately) if page.lately else None,
        "silence": page.silence or None,
        "next": list(page.steps),
        "contacts": {"primary": page.contacts.primary, "escalation": page.contacts.escalation},
    }


def _lately(lately: Lately) -> Any:
    """Return everything but the single attempts, whose errors may hold anything."""
    return _plain({key: value for key, value in asdict(lately).items() if key != "failed"})


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "severity": finding.severity.name,
        "observed": finding.observed,
        "why": finding.why,
        "fix": finding.fix,
        "since": _plain(finding.verdict.since),
        "evidence": list(finding.verdict.evidence),
        "runbook": finding.runbook,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
