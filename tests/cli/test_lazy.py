"""What a command imports before it runs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from supaops.cli.app import Commands
from supaops.cli.reference import commands
from tests.projects import ROOT

NEEDLESS = {
    "--help": {"supaops.config", "supaops.db", "supaops.worker", "pydantic", "psycopg", "pglast"},
    "render": {"supaops.db", "supaops.local", "supaops.worker", "psycopg", "httpx", "starlette"},
    "plan": {"supaops.worker", "httpx", "starlette", "uvicorn"},
    "verify": {"supaops.worker", "httpx", "starlette", "uvicorn"},
    "local": {"jwt", "starlette", "uvicorn", "httpx"},
    "serve": {"supabase", "postgrest", "jwt"},
}
PROGRAM = """
import sys
from supaops.cli.main import run
run(sys.argv[1:])
print(*sys.modules, sep="\\n", file=sys.stderr)
"""


@pytest.mark.parametrize(("command", "needless"), NEEDLESS.items())
def test_a_command_imports_nothing_that_it_does_not_need(command: str, needless: set[str]) -> None:
    words = [command] if command == "--help" else [command, "--help"]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("Usage: supaops")
    assert needless & set(done.stderr.split()) == set()


def test_a_stack_starts_without_waiting_for_the_imports_of_its_loops() -> None:
    code = "import sys, supaops.local.__main__; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert {"supaops.local.loops", "starlette", "httpx"} & set(done.stdout.split()) == set()


def test_the_help_shows_the_first_sentence_of_each_command() -> None:
    whole = {path.split()[1]: command for path, command in commands() if path.count(" ") == 1}
    told = {name: line for name, line in Commands.lines.items() if name in whole}
    assert told
    assert told == {name: whole[name].help.splitlines()[0] for name in told}
