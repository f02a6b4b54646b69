"""Each runbook has the same sections, and what it tells one to type can be typed."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from pglast import parse_sql

from supaops.checks.catalogue import CHECKS
from tests.docs.markdown import blocks, read
from tests.projects import ROOT

RUNBOOKS = sorted((ROOT / "docs" / "runbooks").glob("*.*.md"))
SECTIONS = [
    "Is it real?",
    "Impact",
    "Stop the bleeding",
    "Diagnose",
    "Fix",
    "Verify",
    "Escalate",
    "Afterwards",
]
FACTS = ["check", "severity", "owner", "last_tested", "minutes"]
ONE_SCREEN = 90
"""Lines."""


def facts(page: str) -> dict[str, str]:
    """Return the lines between the first two ``---``."""
    head = page.split("---\n")[1]
    return dict(line.split(": ", 1) for line in head.splitlines())


@pytest.mark.parametrize("runbook", RUNBOOKS, ids=lambda path: path.stem)
def test_a_runbook_has_its_facts_and_all_sections_on_one_screen(runbook: Path) -> None:
    page = read(runbook)
    known = facts(page)
    assert list(known) == FACTS
    assert known["check"] == runbook.stem
    assert date.fromisoformat(known["last_tested"])
    assert int(known["minutes"]) > 0
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == SECTIONS
    assert len(page.splitlines()) <= ONE_SCREEN
    assert f"supaops verify --only {runbook.stem}" in page


def test_a_runbook_is_of_a_check() -> None:
    assert {path.stem for path in RUNBOOKS} <= {each.id for each in CHECKS}


@pytest.mark.parametrize("runbook", RUNBOOKS, ids=lambda path: path.stem)
def test_the_sql_of_a_runbook_is_postgresql(runbook: Path) -> None:

    for block in blocks(runbook, "sql"):
        parse_sql(block)
