"""The generated files, to the byte; and what they call."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from supaops.config import Config
from supaops.render.types import Language, types_file
from tests.projects import ROOT

HERE = Path(__file__).parent
GOLDEN = HERE.parent / "golden"


@pytest.mark.parametrize("language", Language)
def test_the_files_are_as_reviewed(sample: Config, language: Language) -> None:
    """Renew with `make golden` and read the difference."""
    golden = GOLDEN / f"job_types.{language}.golden"
    assert types_file(sample, language) == golden.read_text(encoding="utf-8")


def test_the_files_are_the_same_in_another_process_with_another_hash_seed(sample: Config) -> None:
    program = (
        "from pathlib import Path; from supaops.config import load;"
        "from supaops.render.types import Language, types_file;"
        f"c = load(Path({str(HERE / 'config' / 'job_queue.yaml')!r}), 'local');"
        "print(*(types_file(c, each) for each in Language), sep='', end='')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PYTHONHASHSEED": "1", "PATH": "", "PYTHONPATH": str(ROOT / "ops")},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "".join(types_file(sample, each) for each in Language)
