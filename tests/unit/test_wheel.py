"""What an installed supaops needs is in its wheel."""

from __future__ import annotations

import zipfile
from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

from tests.projects import ROOT

PACKAGE = ROOT / "ops" / "supaops"
RUNBOOKS = ROOT / "docs" / "runbooks"
EDGE_FUNCTION = ROOT / "supabase" / "functions" / "job-runner"


def test_the_wheel_holds_all_that_an_installation_needs_and_no_more(
    tmp_path: Path,
) -> None:
    [wheel] = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    package = {
        f"supaops/{path.relative_to(PACKAGE).as_posix()}"
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    templates = {
        f"supaops/{path.relative_to(ROOT).as_posix()}"
        for path in (ROOT / "templates").rglob("*.j2")
    }
    runbooks = {f"supaops/{path.relative_to(ROOT / 'docs')}" for path in RUNBOOKS.rglob("*.md")}
    edge_function = {
        f"supaops/edge_function/{path.relative_to(EDGE_FUNCTION).as_posix()}"
        for path in EDGE_FUNCTION.rglob("*")
        if path.is_file()
    }
    assert templates
    assert runbooks
    assert held == package | templates | runbooks | edge_function
