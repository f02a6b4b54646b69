"""Every link from one file of the repository to another leads somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.markdown import DOCUMENTS, LINK, anchors, name_of, prose


def is_broken(document: Path, link: str) -> bool:
    name, _, anchor = link.partition("#")
    target = document.parent / name if name else document
    return not target.exists() or bool(anchor and anchor not in anchors(target))


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_relative_link_leads_to_a_file_and_a_heading(document: Path) -> None:
    links = [link for link in LINK.findall(prose(document)) if "://" not in link]
    assert [link for link in links if is_broken(document, link)] == []


def test_the_links_were_found() -> None:
    found = [link for document in DOCUMENTS for link in LINK.findall(prose(document))]
    assert len(found) > 10
