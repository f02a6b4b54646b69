"""The command line itself: its version, its suggestions, its project."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from supaops import __version__
from supaops.cli.project import project_root
from supaops.status import ExitStatus, Severity
from tests.cli.conftest import Cli
from tests.projects import ROOT, lay_out
from tests.terminal import SUPAOPS


def test_the_version_is_printed(cli: Cli) -> None:
    outcome = cli("--version")
    assert (outcome.status, outcome.out) == (ExitStatus.OK, f"supaops {__version__}\n")


@pytest.mark.parametrize("words", [[], ["config"], ["local"]], ids=" ".join)
def test_a_group_without_a_command_shows_its_help_on_stderr(cli: Cli, words: list[str]) -> None:
    outcome = cli(*words)
    assert outcome.status == ExitStatus.USAGE
    assert outcome.out == ""
    assert f"Usage: {' '.join(['supaops', *words])} [OPTIONS] COMMAND" in outcome.err


def test_h_is_help_everywhere(cli: Cli) -> None:
    assert cli("plan", "-h").out == cli("plan", "--help").out
    assert cli("local", "up", "-h").out.startswith("Usage: supaops local up")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["aply"],
            "no such command 'aply'. Did you mean 'apply', 'replay'?\n  fix: supaops --help\n",
        ),
        (["local", "stat"], "Did you mean 'status'?\n  fix: supaops local --help\n"),
        (
            ["plan", "--format", "jsn"],
            "found 'jsn'\n  fix: did you mean `json`? supaops plan --help\n",
        ),
        (["retry", "x"], "error: ID: expected a whole number\n  fix: supaops retry --help\n"),
        (["retry", "--limit", "0"], "--limit: expected at least 1\n  fix: supaops retry --help\n"),
        (["plan", "--env"], "'--env' requires an argument\n  fix: supaops plan --help\n"),
        (["plan", "--exit-kode"], "--exit-code)\n  fix: supaops plan --help\n"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_misspelling_is_answered_by_what_was_meant(cli: Cli, words: list[str], told: str) -> None:
    outcome = cli(*words)
    assert outcome.status == ExitStatus.USAGE
    assert outcome.err.endswith(told)


@pytest.mark.parametrize(
    ("words", "status"),
    [(("verify", "--list"), Severity.UNKNOWN), (("config", "schema"), ExitStatus.OK)],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_reader_that_has_gone_is_no_error_and_no_warning_either(
    words: tuple[str, ...], status: int
) -> None:
    """Typer itself would exit 1, which of a health command means WARNING."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        done = subprocess.run(
            [SUPAOPS, *words], cwd=ROOT, stdout=gone, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (status, b"")


@pytest.mark.parametrize(
    ("words", "status"),
    [(("verify", "--list"), Severity.UNKNOWN), (("config", "schema"), ExitStatus.ERROR)],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_full_disk_behind_the_output_is_told_and_is_no_defect(
    words: tuple[str, ...], status: int
) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [SUPAOPS, *words], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == status
    assert done.stderr.startswith(
        "error: cannot write the output: No space left on device\n  fix: "
    )
    assert done.stderr.count("\n") == 2


def test_a_project_is_found_from_below_and_by_its_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`local` and the commands with ``--config`` must agree where the stack is."""
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    lay_out(project)
    elsewhere.mkdir()
    monkeypatch.chdir(project / "ops" / "config")
    assert project_root() == project
    monkeypatch.chdir(elsewhere)
    assert project_root() == elsewhere
    assert project_root(Path("../project/ops/config/job_queue.yaml")) == project
    assert project_root(project / "ops" / "config" / "another" / "queue.yaml") == project


def test_a_config_outside_a_project_belongs_to_the_project_around_the_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    lay_out(project)
    monkeypatch.chdir(project / "ops")
    assert project_root(tmp_path / "job_queue.yaml") == project
