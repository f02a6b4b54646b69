"""What is built holds all that an installation needs, and no more."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from supaops import __version__
from tests.packaging.conftest import EPOCH, Built
from tests.projects import ROOT

PACKAGE = ROOT / "ops" / "supaops"
RUNBOOKS = ROOT / "docs" / "runbooks"
EDGE_FUNCTION = ROOT / "supabase" / "functions" / "job-runner"
EXTRAS = ["all", "dashboard", "dask", "embedded", "otel", "sentry", "worker"]
OF_THE_BUILD = {".gitignore", "PKG-INFO", "pyproject.toml", "scripts/long_description.py"}
RELATIVE_LINK = re.compile(r"\]\((?!https:)[^)]*\)")


def files(folder: Path, pattern: str = "*") -> Iterator[Path]:
    yield from (path for path in folder.rglob(pattern) if path.is_file() and path.suffix != ".pyc")


def test_the_wheel_holds_all_that_an_installation_needs_and_no_more(built: Built) -> None:
    held = {name for name in built.in_wheel if ".dist-info/" not in name}
    templates = {f"supaops/{path.relative_to(ROOT)}" for path in files(ROOT / "templates", "*.j2")}
    runbooks = {f"supaops/{path.relative_to(ROOT / 'docs')}" for path in files(RUNBOOKS, "*.md")}
    edge_function = {
        f"supaops/edge_function/{path.relative_to(EDGE_FUNCTION)}" for path in files(EDGE_FUNCTION)
    }
    assert templates
    assert runbooks
    package = {f"supaops/{path.relative_to(PACKAGE)}" for path in files(PACKAGE)}
    assert held == package | templates | runbooks | edge_function


def test_the_source_distribution_holds_what_the_wheel_is_made_of(built: Built) -> None:
    folders = (PACKAGE, ROOT / "templates", RUNBOOKS, EDGE_FUNCTION)
    sources = {str(path.relative_to(ROOT)) for folder in folders for path in files(folder)}
    papers = {"CHANGELOG.md", "LICENSE", "README.md"}
    assert built.in_sdist == sources | papers | OF_THE_BUILD


def test_the_wheel_made_of_a_source_distribution_is_that_of_a_checkout(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    [wheel] = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    digests = [hashlib.sha256(each.read_bytes()).digest() for each in (built.wheel, Path(wheel))]
    assert digests[0] == digests[1]


def test_the_wheel_says_what_it_is_and_what_it_can_do_more(built: Built) -> None:
    assert built.metadata["Version"] == __version__
    assert built.metadata["License-Expression"] == "MIT"
    assert built.metadata.get_all("Provides-Extra") == EXTRAS
    assert "supaops/py.typed" in built.in_wheel


def test_the_page_of_the_package_is_the_readme_without_links_that_would_lead_nowhere(
    built: Built,
) -> None:
    page = str(built.metadata.get_payload())
    assert built.metadata["Description-Content-Type"] == "text/markdown"
    assert RELATIVE_LINK.search((ROOT / "README.md").read_text(encoding="utf-8"))
    assert RELATIVE_LINK.findall(page) == []
    assert "docs/reference/cli.md: every command" in page
