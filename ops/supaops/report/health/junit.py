"""A run of checks as JUnit XML: a suite per group, a case per check. Pure.

Source: the format that Jenkins and GitLab read, "JUnit XML reporting file format".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from supaops.checks.exit import FailOn
from supaops.report.health.document import FindingPart, HealthDocument
from supaops.status import Severity

# XML 1.0, production 2: no escape can stand for any other character.
_ILLEGAL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KINDS = ("failure", "error", "skipped")


@dataclass(frozen=True, slots=True)
class Rules:
    """What counts as a failure.

    Attributes:
        strict: a check that was skipped is an error.
    """

    fail_on: FailOn = FailOn.WARNING
    strict: bool = False

    def kind(self, severity: Severity) -> str:
        """Return the element that a severity becomes inside its case; empty for none."""
        if severity is Severity.WARNING:
            return "failure" if self.fail_on is FailOn.WARNING else "system-out"
        if severity is Severity.SKIPPED:
            return "error" if self.strict else "skipped"
        return {Severity.CRITICAL: "failure", Severity.UNKNOWN: "error"}.get(severity, "")


def junit(document: HealthDocument, rules: Rules) -> str:
    """Return the XML in ASCII, so that no terminal or pipe can damage it."""
    root = Element("testsuites", name=f"supaops {document.environment}")
    for group, parts in groupby(document.findings, key=lambda each: each.group):
        _add_suite(root, group, list(parts), document, rules)
    root.attrib.update(_sums(root))
    root.set("time", _seconds(document.duration_ms))
    indent(root)
    text: bytes = tostring(root, encoding="us-ascii", xml_declaration=True)
    return text.decode("ascii")


def _add_suite(
    root: Element, group: str, parts: list[FindingPart], document: HealthDocument, rules: Rules
) -> None:
    suite = SubElement(root, "testsuite", name=f"verify.{group}")
    for part in parts:
        _add_case(suite, part, rules)
    suite.attrib.update(_sums(suite))
    suite.set("time", _seconds(sum(part.duration_ms for part in parts)))
    suite.set("timestamp", document.started_at.strftime("%Y-%m-%dT%H:%M:%S"))


def _add_case(suite: Element, part: FindingPart, rules: Rules) -> None:
    case = SubElement(
        suite,
        "testcase",
        classname=f"verify.{part.group}",
        name=part.id,
        time=_seconds(part.duration_ms),
    )
    kind = rules.kind(part.level)
    if not kind:
        return
    told = SubElement(case, kind)
    if kind in _KINDS:
        told.attrib.update({"type": part.severity, "message": _legal(part.observed)})
    told.text = _legal("\n".join(_details(part)))


def _details(part: FindingPart) -> Iterator[str]:
    yield f"{part.severity}: {part.observed}"
    yield f"why: {part.why}"
    yield from (f"seen: {each}" for each in part.evidence)
    if part.since:
        yield f"since: {part.since:%Y-%m-%d %H:%M:%S} UTC"
    if part.fix:
        yield f"fix: {part.fix}"
    yield f"runbook: {part.runbook}"


def _sums(element: Element) -> dict[str, str]:
    counts = {kind: len(element.findall(f".//testcase/{kind}")) for kind in _KINDS}
    cases = len(element.findall(".//testcase"))
    return {
        "tests": str(cases),
        "failures": str(counts["failure"]),
        "errors": str(counts["error"]),
        "skipped": str(counts["skipped"]),
    }


def _legal(text: str) -> str:
    return _ILLEGAL.sub("", text)


def _seconds(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.3f}"
