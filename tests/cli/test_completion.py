"""What a shell completes, without a database and without the imports of a command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from supaops.checks.catalogue import CHECKS
from supaops.cli.completing import REQUEST, answer
from supaops.cli.completion import Shell
from supaops.cli.completion_table import completion_table
from supaops.cli.reference import commands
from tests.cli.conftest import Cli
from tests.projects import ROOT, base_file, overlay_file
from tests.terminal import SUPAOPS, supaops

NEEDLESS = {"supaops.config", "supaops.db", "pydantic", "psycopg", "pglast"}


def completed(*words: str) -> list[str]:
    return [line.partition("\t")[0] for line in answer(words)]


def test_the_table_is_current() -> None:
    """`make golden` renews it."""
    table = ROOT / "ops" / "supaops" / "cli" / "completions.json"
    assert table.read_text(encoding="utf-8") == completion_table()


@pytest.mark.parametrize(
    ("line", "candidates"),
    [
        ("pl", ["plan"]),
        ("-q pl", ["plan"]),
        ("local st", ["status"]),
        ("plan --ex", ["--exit-code"]),
        ("plan --env pr", ["preview", "production"]),
        ("plan --env=pr", ["--env=preview", "--env=production"]),
        ("plan --env = pr", ["preview", "production"]),  # as bash takes it apart
        ("plan --env =", ["local", "preview", "production", "staging"]),
        ("diff-env staging pro", ["production"]),
        ("plan --format j", ["json"]),
        ("plan --exit-code --for", ["--force", "--format"]),
        ("verify --only cron.f", ["cron.failures"]),
        ("retry --status f", ["failed"]),
        ("import --status f", []),
        ("pause --cron job_queue_w", ["job_queue_worker"]),
        ("enqueue ", ["game_platform_sync"]),
        ("retry --queue ", ["default"]),
        ("rotate job_queue_r", ["job_queue_runner_secret"]),
        ("completion z", ["zsh"]),
        ("frobnicate --env", []),
        ("plan --config ", []),  # the shell's own files
    ],
)
def test_a_tab_offers_what_may_stand_there(
    monkeypatch: pytest.MonkeyPatch, line: str, candidates: list[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("SUPAOPS_ENV", raising=False)
    assert completed(*line.split(" ")) == candidates


def test_names_are_those_of_the_environment_and_the_file_of_the_line(project_folder: Path) -> None:
    overlay_file(project_folder).write_text(
        "cron: {jobs: {nightly: {schedule: '@daily', sql: select 1}}}\n", encoding="utf-8"
    )
    line = ["pause", "--config", str(base_file(project_folder)), "--env"]
    assert "nightly" in completed(*line, "test", "--cron", "")
    assert "nightly" not in completed(*line, "production", "--cron", "")


@pytest.mark.parametrize("text", ["queue: [unclosed\n", "- a list\n", "\x00", "cron: {jobs: 7}\n"])
def test_a_broken_file_offers_nothing_and_says_nothing(project_folder: Path, text: str) -> None:
    base_file(project_folder).write_text(text, encoding="utf-8")
    line = ["pause", "--env", "nowhere", "--config", str(base_file(project_folder))]
    assert completed(*line, "--cron", "") == []


def test_every_command_is_offered_and_every_check() -> None:
    for path, command in commands():
        *before, last = path.split()[1:]
        assert last in completed(*before, last)
        assert "--help" in completed(*before, last, "-")
        assert {max(p.opts, key=len) for p in command.params if p.opts[0][0] == "-"} <= {
            *completed(*before, last, "-")
        }
    assert {each.id for each in CHECKS} <= {*completed("verify", "--skip", "")}


def test_a_tab_imports_no_command_and_no_driver() -> None:
    program = "import sys; from supaops.cli.main import main\ntry: main()\nfinally:"
    program += " print(*sys.modules, sep='\\n', file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", program, REQUEST, "pause", "--cron", ""],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "job_queue_worker" in done.stdout
    assert NEEDLESS & set(done.stderr.split()) == set()


def test_the_program_answers_a_line_for_each_candidate(project_folder: Path) -> None:
    ran = supaops(REQUEST, "ver", folder=project_folder, variables={})
    assert ran.out == "verify\tCheck the chain link by link, changing nothing.\n"
    assert (ran.status, ran.err) == (0, "")


ASK = {
    "bash": """
        eval "$(supaops completion bash)"
        COMP_WORDS=(supaops plan --env = pr); COMP_CWORD=4
        _supaops supaops pr =
        printf '%s\\n' "${COMPREPLY[@]}"
    """,
    "zsh": """
        compdef() { true; }
        _describe() { print -l -- ${found%%:*}; }
        eval "$(supaops completion zsh)"
        words=(supaops plan --env pr); CURRENT=4
        _supaops
    """,
    "fish": """
        supaops completion fish | source
        complete -C 'supaops plan --env pr' | cut -f1
    """,
}


@pytest.mark.parametrize("shell", ASK)
def test_a_shell_completes_by_what_it_was_taught(tmp_path: Path, shell: str) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"there is no {shell} (Debian: apt-get install {shell})")
    variables = {**os.environ, "HOME": str(tmp_path)}
    variables["PATH"] = f"{SUPAOPS.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [program, "-c", ASK[shell]],
        env=variables, cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.split() == ["preview", "production"]


@pytest.mark.parametrize("shell", Shell)
def test_each_shell_is_told_how_to_learn_it(cli: Cli, shell: Shell) -> None:
    assert f"supaops completion {shell}" in cli("completion", shell).out


def test_a_shell_that_cannot_learn_it_is_a_usage_error(cli: Cli) -> None:
    assert "one of bash, zsh, fish, found 'tcsh'" in cli("completion", "tcsh").err
