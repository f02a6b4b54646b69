"""The documents as a site: it builds strictly, asks nothing of other hosts, and leads to proofs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.markdown import DOCUMENTS, name_of, read
from tests.docs.test_proofs import PROVED
from tests.projects import ROOT

_FETCHED = re.compile(
    r"""<(?:script|img|source|iframe|object|use)\b[^>]*?\s(?:src|href|data)=["']?([^"'\s>]+)"""
    r"""|<link\b(?=[^>]*rel=["']?(?:stylesheet|icon|preload|modulepreload|preconnect|dns-prefetch))"""
    r"""[^>]*?\shref=["']?([^"'\s>]+)"""
)
"""What a browser fetches for a page by itself."""
_MERMAID = re.compile(r"""class=["'][^"']*\bmermaid\b""")
_FOREIGN = re.compile(r"(?:https?:)?//", re.IGNORECASE)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the site, built as `make docs` does; the test fails where that fails."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, str]:
    """Return every page by its path in the site."""
    return {str(each.relative_to(site)): read(each) for each in site.rglob("*.html")}


def test_no_page_has_a_browser_ask_another_host(site: Path, pages: dict[str, str]) -> None:
    assert len(pages) > len(DOCUMENTS)
    asked = {name: map("".join, _FETCHED.findall(page)) for name, page in pages.items()}
    foreign = [
        (name, each) for name, all_of in asked.items() for each in all_of if _is_foreign(each)
    ]
    assert foreign == []
    styles = "".join(read(each) for each in site.rglob("*.css"))
    assert re.findall(r"url\(['\"]?(?:https?:)?//[^)]*|@import[^;]*", styles) == []


def _is_foreign(link: str) -> bool:
    return bool(_FOREIGN.match(link))


def test_no_page_has_a_diagram_that_is_drawn_by_a_script_from_elsewhere(
    pages: dict[str, str],
) -> None:
    """The theme would fetch Mermaid: a diagram is an SVG file."""
    assert [name for name, page in pages.items() if _MERMAID.search(page)] == []


def test_every_document_of_docs_and_of_the_root_is_a_page(pages: dict[str, str]) -> None:
    expected = {_page_of(each) for each in DOCUMENTS if each.parent == ROOT or _is_of_docs(each)}
    assert len(expected) > 100
    assert expected - set(pages) == set()


def _is_of_docs(document: Path) -> bool:
    return document.is_relative_to(ROOT / "docs")


def _page_of(document: Path) -> str:
    path = document.relative_to(ROOT)
    place = path.relative_to("docs") if path.parts[0] == "docs" else Path("repository", path)
    is_first = place.stem in ("index", "README")
    return str((place.parent if is_first else place.with_suffix("")) / "index.html")


@pytest.mark.parametrize("document", PROVED, ids=name_of)
def test_each_claim_leads_to_its_proof_within_the_site(
    pages: dict[str, str], document: Path
) -> None:
    shown = pages[_page_of(document)]
    for file, test in PROVED[document]:
        path = str((document.parent / file).resolve().relative_to(ROOT))
        assert f'repository/{path}/#{test}"' in shown
        assert f'id="{test}"' in pages[f"repository/{path}/index.html"]


def test_a_list_without_a_blank_line_before_it_is_a_list(site: Path) -> None:
    shown = read(site / "explanation" / "standins" / "index.html")
    assert "<p>Everywhere:</p>\n<ul>" in shown


def test_a_list_within_an_item_belongs_to_it(site: Path) -> None:
    shown = read(site / "playbook" / "index.html")
    [between] = re.findall(r"Check the Admin UI:(.*?)Verify the", shown, re.DOTALL)
    assert "<ul>" in between
    assert "</li>" not in between


def test_a_runbook_shows_its_facts(site: Path) -> None:
    shown = read(site / "runbooks" / "queue.dead" / "index.html")
    assert 'href="../../reference/checks/#queuedead"' in shown
    assert "<strong>Severity</strong> WARNING from 1" in shown


def test_the_first_page_of_a_folder_lists_its_pages(site: Path) -> None:
    shown = read(site / "adr" / "index.html")
    missing = [each.stem for each in (ROOT / "docs" / "adr").glob("*.md") if each.stem not in shown]
    assert missing == []


def test_every_page_about_the_project_is_in_its_navigation(pages: dict[str, str]) -> None:
    """The theme takes the first README of a section for the page of the section itself."""
    shown = pages["repository/CHANGELOG/index.html"]
    titles = re.findall(r'class="md-ellipsis">\s*([^<]*?)\s*<', shown)
    assert {"Contributing", "Security", "Tests", "Benchmarks"} <= set(titles)
