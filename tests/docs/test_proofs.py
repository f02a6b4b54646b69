"""A claim that names a test as its proof names one that there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.markdown import DOCUMENTS, name_of, read

PROOF = re.compile(r'\]\(([^ )]+) "(test_\w+)"\)')
PROVED = {path: found for path in DOCUMENTS if (found := PROOF.findall(read(path)))}


def test_the_pages_that_promise_most_name_their_proofs() -> None:
    proved = {path.name: len(found) for path, found in PROVED.items()}
    assert proved["comparison.md"] > 50
    assert proved["threat-model.md"] > 20


@pytest.mark.parametrize("page", PROVED, ids=name_of)
def test_each_proof_is_a_test_of_the_file_that_is_linked(page: Path) -> None:
    for file, test in PROVED[page]:
        source = read((page.parent / file).resolve())
        assert re.search(rf"^(async )?def {test}\(", source, re.MULTILINE), (file, test)
