"""The question that a runbook begins with can be asked, by role postgres and without a change."""

from __future__ import annotations

from pathlib import Path

import pytest

from supaops.db.connect import connect
from tests.docs.markdown import blocks, read
from tests.projects import ROOT, Project

GROUPS = ("config", "conn", "security", "vault")
ASKING = [
    path
    for path in sorted((ROOT / "docs" / "runbooks").glob("*.*.md"))
    if path.stem.startswith(GROUPS)
]


def questions(page: Path) -> list[str]:
    first = read(page).split("## Impact")[0]
    return [block for block in blocks(page, "sql") if block in first]


@pytest.mark.stack
@pytest.mark.parametrize("page", ASKING, ids=lambda path: path.stem)
def test_the_question_of_a_runbook_is_answered(healthy: Project, page: Path) -> None:
    with connect(healthy.url, application_name="pytest") as conn, conn.transaction():
        conn.execute("set transaction read only")
        for question in questions(page):
            assert conn.execute(question.encode()).description
