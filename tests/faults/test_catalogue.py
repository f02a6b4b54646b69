"""Every check has a fault that turns it and a runbook, and a chain that works has no fault."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from supaops.checks.catalogue import CHECKS
from supaops.checks.run import run_checks
from supaops.db.connect import connect
from supaops.status import Severity
from tests.faults.fault import Fault
from tests.projects import ROOT, Project

IDS = {each.id for each in CHECKS}


def faults() -> Iterator[Fault]:
    """Yield every fault of the files beside this one: single ones, and those of a tuple."""
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        for value in vars(import_module(f"tests.faults.{path.stem}")).values():
            found = value if isinstance(value, tuple) else (value,)
            yield from (each for each in found if isinstance(each, Fault))


def test_there_are_at_least_forty_checks_and_no_two_of_one_id() -> None:
    assert len(CHECKS) == len(IDS) >= 40


def test_every_check_has_a_fault() -> None:
    assert {each.check for each in faults()} == IDS


def test_every_check_has_a_runbook_and_every_runbook_a_check() -> None:
    assert {path.stem for path in (ROOT / "docs" / "runbooks").glob("*.*.md")} == IDS


@pytest.mark.stack
def test_a_chain_that_works_is_well(healthy: Project) -> None:
    with connect(healthy.url, application_name="pytest") as conn:
        findings = run_checks(conn, healthy.desired)
    assert [each for each in findings if each.severity is not Severity.OK] == []
