"""A chain that works has no fault."""

from __future__ import annotations

import pytest

from supaops.checks.run import run_checks
from supaops.db.connect import connect
from supaops.status import Severity
from tests.projects import Project


@pytest.mark.stack
def test_a_chain_that_works_is_well(healthy: Project) -> None:
    with connect(healthy.url, application_name="pytest") as conn:
        findings = run_checks(conn, healthy.desired)
    assert [each for each in findings if each.severity is not Severity.OK] == []
