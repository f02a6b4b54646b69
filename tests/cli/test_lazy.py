"""What a command imports before it runs."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import pytest

from supaops.cli.app import Commands
from supaops.cli.help_table import help_table
from supaops.cli.reference import commands
from tests.cli.conftest import Cli
from tests.projects import ROOT

NEEDLESS = {
    "--help": {"supaops.config", "supaops.db", "supaops.worker", "pydantic", "psycopg", "pglast"},
    "render": {"supaops.db", "supaops.local", "supaops.worker", "psycopg", "httpx", "starlette"},
    "plan": {"supaops.worker", "httpx", "starlette", "uvicorn"},
    "verify": {"supaops.worker", "httpx", "starlette", "uvicorn"},
    "local": {"jwt", "starlette", "uvicorn", "httpx", "supaops.config.model", "jinja2"},
    "serve": {"supabase", "postgrest", "jwt", "starlette", "uvicorn", "structlog"},
}
MODULES = {"--help": 230, "plan": 660, "jobs": 680, "config": 730, "local": 520}
"""At most so many, the standard library's included: what each costs is near the same."""
PAGES = [path.split()[1:] for path, _ in commands()] + [["config"], ["jobs"], ["local"]]
PROGRAM = """
import sys
from supaops.cli.main import run
run(sys.argv[1:])
print(*sys.modules, sep="\\n", file=sys.stderr)
"""


def _run(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )


@cache
def _imported(command: str) -> frozenset[str]:
    """Return the modules of a command, whose own help the second ``--help`` asks for."""
    return _loaded(command, "--help", "--help")


def _loaded(*words: str) -> frozenset[str]:
    done = _run(["-c", PROGRAM, *words])
    assert done.stdout.startswith(("Usage: supaops", "supaops "))
    return frozenset(done.stderr.split())


@pytest.mark.parametrize(("command", "needless"), NEEDLESS.items())
def test_a_command_imports_nothing_that_it_does_not_need(command: str, needless: set[str]) -> None:
    assert needless & _imported(command) == set()


@pytest.mark.parametrize(("command", "most"), MODULES.items())
def test_a_command_starts_with_few_modules(command: str, most: int) -> None:
    assert len(_imported(command)) <= most


def test_no_class_reads_its_own_source_when_it_is_imported() -> None:
    """Pydantic would do so for each model whose keys have docstrings, and it takes long."""
    models = "supaops.config, supaops.plan.document, supaops.report.health.document"
    code = f"import linecache, {models}; print(*linecache.cache)"
    assert "supaops" not in _run(["-c", code]).stdout


def test_a_stack_starts_without_waiting_for_the_imports_of_its_loops() -> None:
    code = "import sys, supaops.local.__main__; print(*sys.modules)"
    done = _run(["-c", code])
    assert {"supaops.local.loops", "starlette", "httpx"} & set(done.stdout.split()) == set()


def test_the_help_shows_the_first_sentence_of_each_command() -> None:
    whole = {path.split()[1]: command for path, command in commands() if path.count(" ") == 1}
    told = {name: line for name, line in Commands.lines.items() if name in whole}
    assert told
    assert told == {name: whole[name].help.splitlines()[0] for name in told}


def test_the_pages_of_help_are_current() -> None:
    """`make golden` renews them."""
    pages = ROOT / "ops" / "supaops" / "cli" / "help.json"
    assert pages.read_text(encoding="utf-8") == help_table()


@pytest.mark.parametrize("words", PAGES, ids=" ".join)
@pytest.mark.parametrize("columns", ["60", "80", "200"])
def test_a_page_of_help_is_what_the_command_itself_would_show(
    cli: Cli, words: list[str], columns: str
) -> None:
    own = cli(*words, "--help", "--help", COLUMNS=columns)
    assert own.out.startswith("Usage: supaops")
    assert cli(*words, "--help", COLUMNS=columns) == own


@pytest.mark.parametrize("words", [("plan", "--help"), ("local", "up", "-h"), ("--version",)])
def test_a_page_of_help_and_the_version_import_no_command(words: tuple[str, ...]) -> None:
    assert {*NEEDLESS["--help"], "supaops.cli.plan", "supaops.cli.local"} & _loaded(*words) == set()
