"""`supaops bootstrap` on an empty database with a worker at hand ends with HTTP 200."""

from __future__ import annotations

import subprocess

import pytest

from supaops.status import ExitStatus
from tests.chains import SUPAOPS, serve
from tests.projects import ROOT, Project

pytestmark = pytest.mark.stack


def test_a_bootstrap_ends_with_a_chain_that_works(ticking: Project) -> None:
    words = ["bootstrap", "--yes", "--timeout", "30", "--config", str(ticking.config_path)]
    with serve(ticking):
        done = subprocess.run(
            [*SUPAOPS, *words],
            env={**ticking.environ, "PYTHONPATH": str(ROOT / "ops")},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == ExitStatus.OK, done.stdout + done.stderr
    assert "Applied " in done.stdout
    assert "The chain works: HTTP 200" in done.stdout
    assert "checks OK." in done.stdout
