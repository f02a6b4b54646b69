"""Each released schema version can be installed again, and the table of versions is true."""

from __future__ import annotations

import re

import pytest

from supaops import __version__
from supaops.plan.document import FORMAT_VERSION as PLAN
from supaops.render.version import (
    FIRST_VERSION,
    newest_step,
    schema_steps,
    schema_version,
)
from supaops.report.health.document import FORMAT_VERSION as FINDINGS
from tests.projects import ROOT
from tests.upgrade.installed import read, versions

_TABLE = (ROOT / "docs" / "reference" / "versions.md").read_text(encoding="utf-8")
_OLDEST_WORKER = ROOT / "templates/sql/functions/supaops/workers/oldest_worker.sql.j2"
ROWS = {
    int(row[1]): [cell.strip() for cell in row[2].split("|")]
    for row in re.finditer(r"^\| (\d+) \|(.*)\|$", _TABLE, re.MULTILINE)
}


def test_each_released_version_has_its_file_and_no_other_does() -> None:
    released = [version for version, (*_, tested) in ROWS.items() if tested == "yes"]
    assert versions() == sorted(released)
    assert min(released) == FIRST_VERSION


def test_the_present_versions_stand_in_the_table() -> None:
    supaops, plan, findings, oldest_worker, _ = ROWS[schema_version()]
    assert (supaops, plan, findings) == (__version__, PLAN, FINDINGS)
    assert f"select {oldest_worker}\n" in _OLDEST_WORKER.read_text(encoding="utf-8")


@pytest.mark.parametrize("version", versions())
def test_a_file_holds_the_steps_up_to_its_version(version: int) -> None:
    steps = sorted(each for each in read(version).texts if each.startswith("schema."))
    assert steps == [each for each in schema_steps() if newest_step([each]) <= version]
