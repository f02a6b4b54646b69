"""KEDA's own schemas, where they are: `scripts/keda-models` installs them as models from PyPI."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.projects import ROOT

VARIABLE = "SUPAOPS_KEDA_MODELS"
_INSTALLED = ROOT / ".venv" / "keda-2.16.1.0"
_HOW = f"scripts/keda-models .venv/bin, or {VARIABLE}=FOLDER"

# What a model does not know it drops when it reads.
_READ = """
import json, sys
from cloudcoil.models.keda import v1alpha1
documents = json.load(sys.stdin)
read = [getattr(v1alpha1, each["kind"]).model_validate(each) for each in documents]
print(json.dumps([each.model_dump(by_alias=True, exclude_none=True, mode="json") for each in read]))
"""


def read_by_keda(documents: Sequence[Any]) -> Any:
    """Return what KEDA's models make of documents that they accept, or skip the test."""
    folder = Path(os.environ.get(VARIABLE, _INSTALLED))
    if not folder.is_dir():
        pytest.skip(f"there are no models of KEDA ({_HOW})")
    done = subprocess.run(
        [sys.executable, "-c", _READ],
        env={**os.environ, "PYTHONPATH": str(folder)},
        input=json.dumps(documents),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
