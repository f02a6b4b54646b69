"""``--quiet`` and ``--verbose``: before the command or after it, and what each of them tells."""

from __future__ import annotations

import logging
import platform
import re
from pathlib import Path

import pytest

from supaops.cli.observing import log_as_asked
from supaops.cli.reference import commands
from supaops.cli.verbosity import verbosity
from supaops.status import ExitStatus, Severity
from supaops.worker.telemetry.log_choice import LogLevel
from tests.cli.conftest import Cli

HANDED_ON = {"supaops local psql"}
"""Its options are another program's."""
WRONG = {"DATABASE_URL": "postgresql://postgres:pass-word@127.0.0.1:9/postgres"}


@pytest.mark.parametrize("option", ["--quiet", "-q", "--verbose", "-v"])
def test_every_command_takes_it(option: str) -> None:
    lacking = {path for path, it in commands() if not any(option in p.opts for p in it.params)}
    assert lacking == HANDED_ON


@pytest.mark.parametrize("words", [["-q", "render"], ["render", "-q"]], ids=" ".join)
def test_a_quiet_command_leaves_its_comments_out(cli: Cli, words: list[str]) -> None:
    loud = cli("render", "--out", "sql")
    assert loud.err.startswith("wrote sql/")
    quiet = cli(*words, "--out", "sql")
    assert (quiet.status, quiet.told) == (ExitStatus.OK, "")


def test_a_quiet_command_still_tells_its_errors(cli: Cli) -> None:
    outcome = cli("-q", "render", "--env", "tset")
    assert outcome.err.startswith("error: ")
    assert "fix: " in outcome.err


@pytest.mark.parametrize("words", [["-v", "config", "show"], ["config", "show", "-v"]])
def test_a_verbose_command_tells_what_it_reads_on_stderr(
    cli: Cli, project_folder: Path, words: list[str]
) -> None:
    outcome = cli(*words)
    assert outcome.out == cli("config", "show").out
    told = outcome.err.replace(f"{project_folder}/", "").splitlines()
    assert told[:2] == [
        "  read ops/config/job_queue.yaml",
        "  read ops/config/environments/test.yaml",
    ]
    assert re.fullmatch(r"  ended after \d+\.\d\d s", told[2])
    assert cli("config", "show").err == ""  # a line says nothing of the next


@pytest.mark.stack
@pytest.mark.usefixtures("db")
def test_a_verbose_plan_tells_its_connection_and_statements_and_no_secret(
    cli: Cli, variables: dict[str, str]
) -> None:
    assert cli("-q", "apply", "--yes", **variables).err == ""
    assert cli("plan", "-q", **variables).err == ""
    before, after = cli("-v", "plan", **variables), cli("plan", "-v", **variables)
    assert before.out == after.out != cli("plan", **variables).out
    url = variables["DATABASE_URL"]
    where = url.rpartition("@")[2].partition("?")[0]
    assert re.search(
        rf"^  connected to postgres@{re.escape(where)} in \d\.\d+ s: PostgreSQL \d.*, pid \d+$"
        r"(\n.*)*\n  [1-9]\d* statements, \d+\.\d+ s; disconnected$",
        after.err,
        re.MULTILINE,
    )
    for secret in (variables["JOB_QUEUE_RUNNER_SECRET"], url.partition("@")[0]):
        assert secret not in after.told


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["-q", "-v", "render"], ExitStatus.USAGE),
        (["-q", "render", "--verbose"], ExitStatus.USAGE),
        (["-q", "verify", "-v"], Severity.UNKNOWN),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_both_at_once_is_a_wrong_command_line(cli: Cli, words: list[str], status: int) -> None:
    outcome = cli(*words)
    assert outcome.status == status
    assert "error: --quiet and --verbose exclude each other\n  fix: " in outcome.err


@pytest.mark.parametrize("option", ["-q", "-v"])
def test_neither_hides_the_exit_code_of_a_health_command(cli: Cli, option: str) -> None:
    assert cli(option, "smoke", **WRONG).status == Severity.UNKNOWN


def test_an_option_alone_is_no_command(cli: Cli) -> None:
    outcome = cli("-q")
    assert outcome.status == ExitStatus.USAGE
    assert outcome.err == "error: the command is missing\n  fix: supaops --help\n"


@pytest.mark.parametrize(
    ("option", "asked", "level"),
    [
        (None, LogLevel.INFO, "INFO"),
        ("quiet", LogLevel.DEBUG, "WARNING"),
        ("quiet", LogLevel.ERROR, "ERROR"),
        ("verbose", LogLevel.WARNING, "DEBUG"),
    ],
)
def test_they_move_the_level_of_a_server_s_log(
    monkeypatch: pytest.MonkeyPatch, option: str | None, asked: LogLevel, level: str
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    monkeypatch.setattr(root, "level", root.level)
    verbosity.begin(lambda: None)
    if option:
        verbosity.ask(option)
    log_as_asked("worker", "serve", None, asked)
    verbosity.begin(lambda: None)
    assert logging.getLevelName(root.level) == level


def test_the_verbose_version_tells_what_a_report_of_a_defect_needs(cli: Cli) -> None:
    outcome = cli("--version", "-v", **WRONG)
    assert outcome.status == ExitStatus.OK
    told = dict(line.split(maxsplit=1) for line in outcome.out.splitlines())
    assert told["python"] == platform.python_version()
    assert int(told["schema"]) >= 17
    assert {"supaops", "platform", "postgresql", "libpq", "extras", "libraries"} <= told.keys()
    assert "pass-word" not in outcome.told
    assert "127.0.0.1" not in outcome.told
