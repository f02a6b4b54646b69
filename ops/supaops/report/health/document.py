"""A run of checks as a JSON document, and what every other format of it is made from.

Its schema is published as docs/reference/findings.schema.json:
``python -m supaops.report.health.document``.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from supaops import __version__
from supaops.checks.finding import Finding, worst
from supaops.status import Severity

FORMAT_VERSION = "1.1"
"""A new key raises the minor number, anything else the major one."""

State = Literal["OK", "WARNING", "CRITICAL", "UNKNOWN"]
Level = Literal["OK", "WARNING", "CRITICAL", "UNKNOWN", "SKIPPED"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class FindingPart(_Part):
    """What one check says."""

    id: str
    """Stable name, `<group>.<name>`."""
    group: str
    """The part of the chain that it is about."""
    title: str
    """What holds when all is well."""
    severity: Level
    """How bad it is; `UNKNOWN` is no evidence, `SKIPPED` does not apply here."""
    observed: str
    """What was seen, for people; the reason where the check was skipped."""
    fix: str
    """What helps; empty when all is well."""
    why: str
    """What goes wrong when it does not hold."""
    value: float | None
    """The observed value; null where the check is about no quantity."""
    unit: str
    """Unit of `value`, `warning` and `critical`: `s`, `share`, `bytes`, or empty for a number."""
    warning: float | None
    """More than this is a WARNING; null never is."""
    critical: float | None
    """More than this is CRITICAL; null never is."""
    evidence: tuple[str, ...]
    """Single things that were seen, the worst first."""
    since: datetime | None
    """When it began, where that can be told."""
    declared_at: str | None
    """`file:line:column` of the YAML's key that it is about."""
    runbook: str
    """Path of its runbook in supaops' repository; `supaops doctor --explain <id>` prints it."""
    duration_ms: float
    """How long reading and judging took; what checks share is counted once."""

    @property
    def level(self) -> Severity:
        """Return the severity as what it is ordered by."""
        return Severity[self.severity]


class Summary(_Part):
    """How many checks there are of each severity."""

    ok: int
    """All is well."""
    warning: int
    """To be looked at by day."""
    critical: int
    """Jobs do not run, or something is open that must not be."""
    unknown: int
    """No evidence."""
    skipped: int
    """Does not apply here."""


class HealthDocument(_Part):
    """A run of checks. No secret and no payload is in it."""

    format_version: Annotated[str, Field(pattern=r"^1\.\d+$")] = FORMAT_VERSION
    """`1.<minor>`: a new key raises the minor number."""
    tool_version: str = __version__
    """The supaops that looked."""
    environment: str
    """The environment that was looked at."""
    target: str | None
    """`role@host:port/database`, without a password; null when nothing tells where it is."""
    started_at: datetime
    """When the run began, in UTC."""
    duration_ms: float
    """How long it took."""
    status: State
    """The worst severity: CRITICAL over UNKNOWN over WARNING over OK."""
    exit_code: Literal[0, 1, 2, 3]
    """What the process exits with: that of `status`, but for `--fail-on` and `--strict`."""
    summary: Summary
    """How many checks say what."""
    findings: tuple[FindingPart, ...]
    """One per check, in the order of the chain."""

    @property
    def worst_first(self) -> list[FindingPart]:
        """Return what is not OK and was not skipped, the worst first."""
        quiet = (Severity.OK, Severity.SKIPPED)
        told = [each for each in self.findings if each.level not in quiet]
        return sorted(told, key=lambda each: -each.level.rank)


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a run of checks was about, and what it amounts to.

    Attributes:
        target: the database without its password; None when nothing tells where it is.
        duration_s: in seconds.
        place: returns where the YAML has what a finding is about, ``file:line:column``.
    """

    environment: str
    target: str | None
    started_at: datetime
    duration_s: float
    exit_status: Severity
    place: Callable[[Finding], str | None] = lambda _finding: None


def document(findings: Iterable[Finding], occasion: Occasion) -> HealthDocument:
    """Return the whole document of a run."""
    found = list(findings)
    return HealthDocument.model_validate(
        {
            "environment": occasion.environment,
            "target": occasion.target,
            "started_at": occasion.started_at.astimezone(UTC),
            "duration_ms": _milliseconds(occasion.duration_s),
            "status": worst(found).name,
            "exit_code": int(occasion.exit_status),
            "summary": _counts(found),
            "findings": [_part(each, occasion.place(each)) for each in found],
        }
    )


def as_json(document: HealthDocument) -> str:
    """Return the document as JSON in ASCII, so that no terminal or pipe can damage it."""
    return document.model_dump_json(indent=2, ensure_ascii=True)


def schema() -> str:
    """Return the JSON Schema as the text of ``docs/reference/findings.schema.json``."""
    from supaops.config.described import DescribedSchema  # noqa: PLC0415  for this alone

    found = HealthDocument.model_json_schema(mode="serialization", schema_generator=DescribedSchema)
    found["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    found["title"] = "Findings of supaops"
    return json.dumps(found, indent=2) + "\n"


def _counts(findings: list[Finding]) -> dict[str, int]:
    return {
        severity.name.lower(): sum(each.severity is severity for each in findings)
        for severity in Severity
    }


def _part(finding: Finding, place: str | None) -> FindingPart:
    verdict = finding.verdict
    return FindingPart(
        id=finding.id,
        group=finding.group,
        title=finding.title,
        severity=_level(finding.severity),
        observed=_text(verdict.observed),
        fix=_text(verdict.fix),
        why=finding.why,
        value=_finite(verdict.value),
        unit=verdict.unit,
        warning=verdict.bounds.warning,
        critical=verdict.bounds.critical,
        evidence=tuple(map(_text, verdict.evidence)),
        since=verdict.since.astimezone(UTC) if verdict.since else None,
        declared_at=_text(place) if place else None,
        runbook=finding.runbook,
        duration_ms=_milliseconds(finding.duration_s),
    )


def _level(severity: Severity) -> Level:
    return severity.name  # type: ignore[return-value]  # an enum's names are no Literal to mypy


def _text(text: str) -> str:
    """Return text that UTF-8 can hold: a file's name may hold bytes that are none."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _milliseconds(seconds: float) -> float:
    return round(1000 * seconds, 1)


if __name__ == "__main__":
    sys.stdout.write(schema())
