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
EXPECTATIONS = 65


def test_every_expectation_has_a_row() -> None:
    assert [int(number) for number, *_ in ROWS] == list(range(1, EXPECTATIONS + 1))


@pytest.mark.parametrize(("number", "expected", "ours"), ROWS)
def test_a_claim_names_its_proof(number: str, expected: str, ours: str) -> None:
    """That there is such a test is held for all pages, by test_proofs."""
    del number
    assert PROOF.search(ours) or ours.startswith("no"), expected
