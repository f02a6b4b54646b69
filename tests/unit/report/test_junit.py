"""A run of checks as JUnit XML, read by a parser of JUnit's own."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from supaops.checks.exit import FailOn
from supaops.checks.finding import Finding
from supaops.report.health.junit import Rules, junit
from supaops.status import Severity
from tests.unit.report.samples import EVERY, HOSTILE, WELL, finding, written

USUAL = Rules()


def suites(*findings: Finding, rules: Rules = USUAL) -> list[TestSuite]:
    """Return what a build server reads."""
    return list(JUnitXml.fromstring(junit(written(*findings), rules).encode()))


def cases(*findings: Finding, rules: Rules = USUAL) -> dict[str, TestCase]:
    return {case.name: case for suite in suites(*findings, rules=rules) for case in suite}


def kinds(rules: Rules) -> dict[str, list[type]]:
    found = cases(*EVERY, rules=rules)
    return {name: [type(each) for each in case.result] for name, case in found.items()}


def test_there_is_a_suite_per_group_and_a_case_per_check() -> None:
    found = suites(*EVERY)
    assert [(suite.name, suite.tests) for suite in found] == [
        ("verify.conn", 1),
        ("verify.cron", 2),
        ("verify.net", 1),
        ("verify.sentry", 1),
    ]
    assert {case.classname for case in found[1]} == {"verify.cron"}
    assert {case.name for case in found[1]} == {"cron.jobs", "cron.ticks"}


def test_each_severity_is_what_a_build_server_makes_of_it() -> None:
    assert kinds(Rules()) == {
        "conn.reachable": [],
        "cron.jobs": [Failure],
        "cron.ticks": [Failure],
        "net.answers": [Error],
        "sentry.dsn": [Skipped],
    }


@pytest.mark.parametrize("fail_on", [FailOn.CRITICAL, FailOn.NEVER])
def test_a_warning_that_does_not_fail_the_run_passes_with_what_was_seen(fail_on: FailOn) -> None:
    case = cases(*EVERY, rules=Rules(fail_on))["cron.ticks"]
    assert case.is_passed
    assert "WARNING: 3 of 60 are missing" in case.system_out


def test_what_was_skipped_is_an_error_to_the_strict() -> None:
    assert kinds(Rules(strict=True))["sentry.dsn"] == [Error]


def test_a_failure_tells_what_was_seen_why_it_matters_and_what_helps() -> None:
    [failure] = cases(*EVERY)["cron.jobs"].result
    assert (failure.type, failure.message) == ("CRITICAL", "not active: nightly")
    assert failure.text.splitlines() == [
        "CRITICAL: not active: nightly",
        "why: otherwise it is not",
        "seen: nightly",
        "seen: weekly",
        "fix: do this",
        "runbook: docs/runbooks/cron.jobs.md",
    ]


def test_the_sums_and_times_are_those_of_the_cases() -> None:
    slow = finding("cron.slow", Severity.CRITICAL, duration_s=1.25)
    root = JUnitXml.fromstring(junit(written(*EVERY, slow), Rules()).encode())
    assert (root.tests, root.failures, root.errors, root.skipped) == (6, 3, 1, 1)
    assert root.time == 0.25
    cron = [suite for suite in root if suite.name == "verify.cron"]
    assert [suite.time for suite in cron] == [0, 1.25]
    assert cron[0].timestamp == "2026-11-27T12:30:00"


def test_a_run_without_a_fault_passes() -> None:
    assert all(case.is_passed for case in cases(*WELL).values())


def test_no_text_can_break_the_xml_or_leave_its_element() -> None:
    text = junit(written(finding("cron.jobs", Severity.CRITICAL, HOSTILE)), Rules())
    assert text.isascii()
    assert ET.fromstring(text) is not None  # noqa: S314  it is our own
    [failure] = cases(finding("cron.jobs", Severity.CRITICAL, HOSTILE))["cron.jobs"].result
    assert "]]></failure>" in failure.message
    assert "\N{SNOWMAN} \U0001f980" in failure.message
    assert "\x1b" not in failure.message + failure.text
