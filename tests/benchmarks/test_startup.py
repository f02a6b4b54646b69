"""The times of starts: a program that fails has none."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import startup


def test_each_program_has_its_times_and_the_machine_stands_beside_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing = [sys.executable, "-c", "pass"]
    monkeypatch.setattr(startup, "programs", {"first": nothing, "second": nothing}.items)
    startup.main(["--times", "2", "--json", str(tmp_path / "values.json")])
    assert len(capsys.readouterr().out.splitlines()) == 2
    written = json.loads((tmp_path / "values.json").read_text(encoding="utf-8"))
    assert [row["program"] for row in written["rows"]] == ["first", "second"]
    assert all(row["processor_ms"] > 0 for row in written["rows"])
    assert written["machine"]["cores"] > 0


def test_the_time_of_a_failure_is_no_figure() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        startup.once([sys.executable, "-c", "raise SystemExit(1)"])


def test_every_program_is_there_to_be_measured() -> None:
    named = dict(startup.programs())
    assert "import of the CLI" in named
    assert named["supaops --help"][1:] == ["-m", "supaops", "--help"]
