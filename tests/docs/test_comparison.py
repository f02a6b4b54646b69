"""docs/explanation/comparison.md claims nothing that no test proves."""

from __future__ import annotations

import re

import pytest

from tests.docs.markdown import read
from tests.projects import ROOT

PAGE = ROOT / "docs" / "explanation" / "comparison.md"
ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \|", re.MULTILINE)
PROOF = re.compile(r'\[(?:yes|partly)\]\(([^ )]+) "(test_\w+)"\)')
ROWS = ROW.findall(read(PAGE))
EXPECTATIONS = 51


def test_every_expectation_has_a_row() -> None:
    assert [int(number) for number, *_ in ROWS] == list(range(1, EXPECTATIONS + 1))


@pytest.mark.parametrize(("number", "expected", "ours"), ROWS)
def test_a_claim_names_a_test_that_there_is(number: str, expected: str, ours: str) -> None:
    del number
    proofs = PROOF.findall(ours)
    assert proofs or ours.startswith("no"), expected
    for file, test in proofs:
        source = read((PAGE.parent / file).resolve())
        assert re.search(rf"^(async )?def {test}\(", source, re.MULTILINE), (file, test)
