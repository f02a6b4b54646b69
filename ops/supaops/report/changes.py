"""What turned from one round of checks to the next, as text and as JSON lines. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.text import Text

from supaops.checks.changes import Change
from supaops.checks.finding import Finding, worst
from supaops.report.health.sums import sentence
from supaops.report.severity import STYLE
from supaops.status import Severity

_INDENT = 22
"""The width of a time and the blanks behind it."""


def start_line(at: datetime, findings: Sequence[Finding]) -> Text:
    """Return the verdict of the first round."""
    verdict, counts = worst(findings), Counter(each.severity for each in findings)
    return _stamp(at).append(verdict.name, STYLE[verdict]).append(f": {sentence(counts)}")


def change_lines(at: datetime, change: Change) -> Iterator[Text]:
    """Yield one line for a check that turned, and its fix where it did not turn well."""
    finding = change.finding
    line = _stamp(at).append(f"{finding.id}  ", "bold")
    if change.before is not None:
        line.append(change.before.name, STYLE[change.before]).append(" -> ")
    line.append(finding.severity.name, STYLE[finding.severity])
    yield line.append(f"  {finding.observed}" if finding.observed else "")
    if finding.fix and finding.severity is not Severity.OK:
        yield Text(f"{'':{_INDENT}}fix: {finding.fix}", "cyan")


def slow_line(at: datetime, duration_s: float, interval_s: float) -> Text:
    """Say that a round took longer than there is from one to the next."""
    said = f"a round took {duration_s:.1f} s, longer than the interval of {interval_s:g} s"
    return _stamp(at).append(said, "yellow")


def start_json(at: datetime, findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the verdict of the first round as data."""
    counts = Counter(each.severity.name for each in findings)
    checks = {each.name: counts[each.name] for each in Severity}
    return {"at": _iso(at), "event": "start", "status": worst(findings).name, "checks": checks}


def change_json(at: datetime, change: Change) -> dict[str, Any]:
    """Return a check that turned as data; `from` is null when it never said anything before."""
    finding = change.finding
    return {
        "at": _iso(at),
        "event": "change",
        "check": finding.id,
        "from": change.before.name if change.before is not None else None,
        "to": finding.severity.name,
        "observed": finding.observed,
        "since": _iso(finding.verdict.since) if finding.verdict.since else None,
        "fix": finding.fix,
        "runbook": finding.runbook,
    }


def slow_json(at: datetime, duration_s: float, interval_s: float) -> dict[str, Any]:
    """Return the same as `slow_line` as data."""
    return {
        "at": _iso(at),
        "event": "slow",
        "duration_s": round(duration_s, 3),
        "interval_s": interval_s,
    }


def heartbeat_line(findings: Sequence[Finding]) -> str:
    """Return what a heartbeat says beside its URL: the verdict, and the ids of what is not well."""
    bad = [each.id for each in findings if each.severity not in {Severity.OK, Severity.SKIPPED}]
    return ": ".join([worst(findings).name, *([" ".join(bad)] if bad else [])])


def _stamp(at: datetime) -> Text:
    return Text(f"{_iso(at, 'seconds')}  ", "dim").append("", "not dim")


def _iso(at: datetime, precision: str = "milliseconds") -> str:
    return at.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")
