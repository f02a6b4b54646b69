"""`python -m benchmarks` as somebody runs it, on a stack of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.server import PARAMETERS, Server
from tests.projects import ROOT

pytestmark = pytest.mark.stack
SHORT = ("claim_complete", "--short", "--claim-complete-jobs=320", "--systems=supaops,pgmq")


@pytest.mark.usefixtures("server")
def test_one_command_measures_and_writes_the_table_the_values_and_the_chart(
    tmp_path: Path,
) -> None:
    values, picture = tmp_path / "new" / "values.json", tmp_path / "chart.svg"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *SHORT, f"--json={values}", f"--chart={picture}"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=100,
        env={key: value for key, value in os.environ.items() if "PGMQ" not in key},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "claim, 8 x 10         supaops" in done.stdout
    assert "skipped: set SUPAOPS_BENCH_PGMQ_SQL" in done.stdout
    written = json.loads(values.read_text(encoding="utf-8"))
    assert [row["system"] for row in written["rows"]] == ["supaops"]
    assert written["machine"]["settings"] == PARAMETERS
    assert "--short" in written["command"]
    assert picture.read_text(encoding="utf-8").startswith("<svg ")


def test_a_child_learns_how_to_connect_without_a_password_in_its_arguments(
    server: Server,
) -> None:
    environment = server.environment
    assert environment["PGUSER"] == "postgres"
    assert environment["PGPASSWORD"] in environment["DATABASE_URL"]


@pytest.mark.usefixtures("server")
def test_an_interrupted_run_shows_what_it_has_measured() -> None:
    """SIGINT is what every Python knows; to SIGTERM ours gives the same meaning."""
    command = [sys.executable, "-m", "benchmarks", "declaration", "--rounds=1000"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if line.startswith("round 1 of 1000"):
                break
        running.send_signal(signal.SIGTERM)
        said, errors = running.communicate(timeout=60)
    assert "load the YAML" in said
    assert "interrupted" in errors
    assert running.returncode == 0
