"""What the checks make of real ticks whose worker comes late."""

from __future__ import annotations

import pytest

from supaops.checks.catalogue import selected
from supaops.checks.run import run_checks
from supaops.db.connect import Connection
from supaops.status import Severity
from tests.chains import serve
from tests.projects import Project
from tests.waiting import until

pytestmark = pytest.mark.stack


def told(conn: Connection, project: Project) -> dict[str, Severity]:
    """Return which checks of pg_net and the answers are not OK."""
    findings = run_checks(conn, project.desired, selected(["net"], []))
    return {each.id: each.severity for each in findings if each.severity is not Severity.OK}


def test_a_tick_that_nobody_answers_is_told_until_one_is_answered(
    chain: Project, conn: Connection
) -> None:
    until(lambda: told(conn, chain) == {"net.refused": Severity.CRITICAL})
    with serve(chain):
        until(lambda: "net.refused" not in told(conn, chain))
