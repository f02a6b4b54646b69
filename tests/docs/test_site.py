"""The documents as a site: it builds strictly, asks nothing of other hosts, and leads to proofs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.docs.markdown import DOCUMENTS, read
from tests.docs.test_comparison import PAGE, PROOF
from tests.projects import ROOT

_LOADED = {
    "script": "src",
    "img": "src",
    "source": "src",
    "iframe": "src",
    "object": "data",
    "use": "href",
}
"""What a browser fetches for a page by itself; of `link` it depends on its `rel`."""
_FETCHED_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "preconnect", "dns-prefetch"}
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


class Loaded(HTMLParser):
    """What a page makes a browser fetch, and the anchors that are in it."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.anchors: set[str] = set()
        self.classes: set[str] = set()
        self.feed(read(page))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        self.anchors.add(known.get("id", ""))
        self.classes.update(known.get("class", "").split())
        if tag == "link" and _FETCHED_LINKS & set(known.get("rel", "").split()):
            self.fetched.append(known.get("href", ""))
        self.fetched.append(known.get(_LOADED.get(tag, ""), ""))


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Loaded]:
    """Return every page by its path in the site."""
    return {str(each.relative_to(site)): Loaded(each) for each in site.rglob("*.html")}


def test_no_page_has_a_browser_ask_another_host(site: Path, pages: dict[str, Loaded]) -> None:
    assert len(pages) > len(DOCUMENTS)
    asked = {(name, each) for name, page in pages.items() for each in page.fetched}
    assert {each for each in asked if _FOREIGN.match(each[1])} == set()
    styles = "".join(read(each) for each in site.rglob("*.css"))
    assert re.findall(r"url\(['\"]?(?:https?:)?//[^)]*|@import[^;]*", styles) == []


def test_no_page_has_a_diagram_that_is_drawn_by_a_script_from_elsewhere(
    pages: dict[str, Loaded],
) -> None:
    """The theme would fetch Mermaid: a diagram is an SVG file."""
    assert [name for name, page in pages.items() if "mermaid" in page.classes] == []


def test_every_document_of_docs_and_of_the_root_is_a_page(pages: dict[str, Loaded]) -> None:
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


def test_each_claim_of_the_comparison_leads_to_its_proof_within_the_site(
    site: Path, pages: dict[str, Loaded]
) -> None:
    shown = read(site / "explanation" / "comparison" / "index.html")
    for file, test in PROOF.findall(read(PAGE)):
        path = file.removeprefix("../../")
        assert f'href="../../repository/{path}/#{test}"' in shown
        assert test in pages[f"repository/{path}/index.html"].anchors


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
