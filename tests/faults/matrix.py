"""What every file of faults asserts."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from supaops.checks.finding import Finding
from supaops.status import Severity
from tests.faults.conftest import broken
from tests.faults.fault import Fault, Scene, judge
from tests.faults.summary import ROW

QUIET = frozenset({Severity.OK, Severity.SKIPPED})


def assert_told(scene: Scene, fault: Fault, record: Callable[[str, object], None]) -> None:
    """Break the scene, and assert that the fault's check turns, and no unrelated one."""
    with broken(scene, fault):
        findings = judge(scene)
    assert_alone(findings, fault, record)


def assert_alone(
    found: Iterable[Finding], fault: Fault, record: Callable[[str, object], None]
) -> None:
    """Assert that the fault's check has turned, and no unrelated one."""
    findings = {each.id: each for each in found}
    told = findings[fault.check]
    detected = told.severity is fault.severity and fault.observed in told.observed
    alarms = [
        each
        for each in findings.values()
        if each.severity not in QUIET and each.id not in {fault.check, *fault.also}
    ]
    ids = [each.id for each in alarms]
    row = {"check": fault.check, "fault": fault.name, "detected": detected, "false_alarms": ids}
    record(ROW, row)
    assert detected, told
    assert told.fix
    assert alarms == []
