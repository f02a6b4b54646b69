"""Findings as checks make them, and as an enemy of every format would like them."""

from __future__ import annotations

from datetime import UTC, datetime

from supaops.checks.finding import Finding, Verdict
from supaops.config.thresholds import NO_THRESHOLDS, Thresholds
from supaops.report.health.document import HealthDocument, Occasion, document
from supaops.status import Severity

MOMENT = datetime(2026, 11, 27, 12, 30, tzinfo=UTC)
PLACE = "ops/config/job_queue.yaml:12:7"
HOSTILE = (
    "a | b=1;2 'c' \"d\"\n::error title=x::y\r% & <script>]]></failure> "
    "\x00\x07\x1b[2K\x85\u202e\ufffe\udc80 \N{SNOWMAN} \U0001f980"
)
"""Ends of lines, of elements and of commands, controls, half a surrogate, and more than ASCII."""


def finding(
    id: str,  # noqa: A002  it is called so everywhere else
    severity: Severity,
    observed: str = "seen",
    *,
    fix: str = "do this",
    evidence: tuple[str, ...] = (),
    duration_s: float = 0.0,
) -> Finding:
    """Return what one check says, about no quantity."""
    remedy = "" if severity in (Severity.OK, Severity.SKIPPED) else fix
    verdict = Verdict(severity, observed, remedy, evidence=evidence)
    return Finding(id, "all is well", "otherwise it is not", verdict, duration_s)


def measured(
    id: str,  # noqa: A002  as above
    value: float,
    unit: str = "",
    bounds: Thresholds = NO_THRESHOLDS,
) -> Finding:
    """Return what a check says that is about a quantity."""
    verdict = Verdict(Severity.OK, f"{value} {unit}", value=value, unit=unit, bounds=bounds)
    return Finding(id, "all is well", "otherwise it is not", verdict)


EVERY = (
    finding("conn.reachable", Severity.OK, "postgres as postgres"),
    finding("cron.jobs", Severity.CRITICAL, "not active: nightly", evidence=("nightly", "weekly")),
    finding("cron.ticks", Severity.WARNING, "3 of 60 are missing"),
    finding("net.answers", Severity.UNKNOWN, "no evidence"),
    finding("sentry.dsn", Severity.SKIPPED, "no DSN: Sentry is off"),
)
"""One of each severity."""
WELL = (finding("conn.reachable", Severity.OK), finding("net.queue", Severity.OK))


def written(
    *findings: Finding, place: str | None = PLACE, exit_status: Severity = Severity.OK
) -> HealthDocument:
    """Return the document of a run."""
    occasion = Occasion(
        "staging", "postgres@db:5432/postgres", MOMENT, 0.25, exit_status, lambda _: place
    )
    return document(findings, occasion)
