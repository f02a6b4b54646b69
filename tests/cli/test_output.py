"""What commands print: where, how wide, in which colours, and in a form that programs can read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from supaops.cli.reference import commands
from supaops.db.connect import Connection
from supaops.local import Stack
from supaops.status import ExitStatus, Severity
from tests.cli.conftest import Cli
from tests.projects import overlay_file
from tests.terminal import COLOUR, Ran, supaops

SETTINGS = {
    "JOB_QUEUE_WORKER_ENDPOINT": "http://127.0.0.1:9/api/jobs/run",
    "JOB_QUEUE_RUNNER_SECRET": "a-secret-of-sixteen-or-more",
    "DATABASE_URL": "postgresql://postgres:pass-word@127.0.0.1:9/postgres",
}
NOBODY_LISTENS = {"JOB_QUEUE_WORKER_ENDPOINT": "http://127.0.0.1:9/api/jobs/run"}
HELPS = [path.split()[1:] for path, _ in commands()] + [[], ["config"], ["local"]]
RESULTS = (
    ("config", "check"),
    ("plan",),
    ("verify",),
    ("apply", "--yes"),
    ("plan",),
    ("verify",),
    ("smoke", "--timeout", "1"),
)
"""Before and after an apply."""


@pytest.mark.parametrize("words", HELPS, ids=" ".join)
def test_a_help_fits_80_columns_and_cuts_nothing_short(cli: Cli, words: list[str]) -> None:
    usage, *lines = cli(*words, "--help", COLUMNS="80").out.splitlines()
    assert max(map(len, [usage, *lines])) <= 80
    assert [line for line in lines if line.endswith(("...", "…"))] == []


@pytest.mark.stack
@pytest.mark.usefixtures("db")
def test_results_fit_a_narrow_terminal(project_folder: Path, variables: dict[str, str]) -> None:
    """But for the lines of a difference, which quote the YAML and SQL as they are."""
    columns = 60
    for words in RESULTS:
        ran = supaops(
            *words,
            folder=project_folder,
            variables=variables,
            terminals="out err",
            columns=columns,
        )
        prose = [line for line in ran.lines if not re.match(r"      [+-]", line)]
        assert prose
        assert [line for line in prose if len(line) > columns] == [], words


@pytest.mark.stack
@pytest.mark.usefixtures("db")
def test_results_in_a_pipe_fit_80_columns_and_hold_no_escape_sequences(
    cli: Cli, variables: dict[str, str]
) -> None:
    told = "".join(cli(*words, **variables).told for words in RESULTS)
    assert "fix: " in told
    assert "\x1b" not in told
    definition = "      +"  # shown whole, however long
    lines = [line for line in told.splitlines() if not line.startswith(definition)]
    assert [line for line in lines if len(line) > 80] == []


@pytest.mark.stack
def test_a_drift_is_told_within_80_columns(
    cli: Cli, db: Connection, variables: dict[str, str]
) -> None:
    cli("apply", "--yes", **variables)
    db.execute(
        "select cron.alter_job(jobid, schedule := '*/5 * * * *') from cron.job"
        " where jobname = 'job_queue_worker'"
    )
    db.execute("select cron.schedule('nightly_vacuum', '0 3 * * *', 'vacuum')")
    told = cli("plan", **variables).out
    assert "! drift" in told
    assert max(map(len, told.splitlines())) <= 80


@pytest.mark.stack
def test_a_plan_cannot_be_made_to_send_escape_sequences(
    cli: Cli, db: Connection, variables: dict[str, str]
) -> None:
    db.execute(r"select cron.schedule(E'evil\x1b[1A\x1b[2K', '0 3 * * *', 'select 1')")
    told = cli("plan", **variables).out
    assert "foreign  cron_job.evil␛[1A␛[2K" in told
    assert "\x1b" not in told


def check(project_folder: Path, terminals: str, **variables: str) -> Ran:
    """Run the command that needs no database, and has something to colour."""
    ran = supaops(
        "config", "check", folder=project_folder, variables={**SETTINGS, **variables},
        terminals=terminals,
    )  # fmt: skip
    assert ran.status == ExitStatus.OK, ran.err
    return ran


def test_a_terminal_shows_colours(project_folder: Path) -> None:
    assert COLOUR.search(check(project_folder, "out err").out)


@pytest.mark.parametrize(
    "variables",
    [
        {"NO_COLOR": "1"},
        {"TERM": "dumb"},
        {"NO_COLOR": "1", "FORCE_COLOR": "1"},
        {"NO_COLOR": "1", "CLICOLOR_FORCE": "1"},
        {"TERM": "dumb", "FORCE_COLOR": "1"},
        {"TERM": "dumb", "CLICOLOR_FORCE": "1"},
    ],
    ids=str,
)
def test_a_terminal_that_wants_no_colours_gets_plain_text(
    project_folder: Path, variables: dict[str, str]
) -> None:
    ran = check(project_folder, "out err", **variables)
    assert "is valid" in ran.out
    assert "\x1b" not in ran.out + ran.err


def test_an_error_on_a_dumb_terminal_is_plain_text(project_folder: Path) -> None:
    ran = supaops(
        "plan", folder=project_folder, variables={**SETTINGS, "TERM": "dumb"}, terminals="out err"
    )
    assert "error: " in ran.err
    assert "\x1b" not in ran.err


def test_a_pipe_gets_colours_only_by_force(project_folder: Path) -> None:
    assert "\x1b" not in check(project_folder, "").out
    assert "\x1b" not in check(project_folder, "err").out
    assert COLOUR.search(check(project_folder, "", FORCE_COLOR="1").out)
    assert COLOUR.search(check(project_folder, "", CLICOLOR_FORCE="1").out)
    assert "\x1b" not in check(project_folder, "", CLICOLOR_FORCE="0").out


def test_a_long_line_is_wrapped_on_a_terminal_and_whole_in_a_pipe(project_folder: Path) -> None:
    name = "-".join(["a-very-long-name-of-a-file"] * 6)
    words = ("plan", "--config", f"{name}.yaml")
    piped = supaops(*words, folder=project_folder, variables=SETTINGS)
    assert f"error: {name}.yaml: there is no such file\n" in piped.err
    shown = supaops(*words, folder=project_folder, variables=SETTINGS, terminals="err")
    assert max(map(len, shown.lines)) <= 80


@pytest.mark.stack
@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("command", ["plan", "verify", "smoke"])
def test_json_is_one_document_alone_on_stdout(
    cli: Cli, variables: dict[str, str], command: str
) -> None:
    cli("apply", "--yes", **variables)
    outcome = cli(command, "--format", "json", **variables)
    assert json.loads(outcome.out)["format_version"]


@pytest.mark.parametrize("command", ["show", "schema"])
def test_the_config_and_its_schema_are_one_document_alone_on_stdout(cli: Cli, command: str) -> None:
    outcome = cli("config", command)
    assert json.loads(outcome.out)
    assert outcome.err == ""


def test_a_stack_that_does_not_exist_is_json_too(cli: Cli) -> None:
    assert json.loads(cli("local", "status", "--format", "json").out) is None


@pytest.mark.stack
@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("command", ["plan", "apply", "verify", "smoke"])
def test_the_line_that_names_the_database_goes_to_stderr(
    cli: Cli, variables: dict[str, str], command: str
) -> None:
    outcome = cli(command, **variables)
    assert outcome.err.startswith(f"{command} test: postgres@127.0.0.1:")
    assert "postgres@127.0.0.1" not in outcome.out


FAILURES = {
    "unreachable": ["plan"],
    "unreachable smoke": ["smoke"],
    "unreachable apply": ["apply"],
    "no file": ["render", "--config", "nowhere/job_queue.yaml"],
    "no environment": ["render", "--env", "tset"],
    "no folder": ["render", "--out", "ops/config/job_queue.yaml"],
    "no stack": ["local", "logs"],
    "no stack for psql": ["local", "psql"],
    "no module": ["serve", "--handlers", "nowhere.handlers"],
    "no command": ["frobnicate"],
    "no option": ["plan", "--frobnicate"],
    "no number": ["smoke", "--timeout", "soon"],
    "too large a number": ["smoke", "--timeout", "1e9"],
    "no id": ["jobs", "show", "abc"],
    "no choice": ["plan", "--format", "jsn"],
    "no value": ["plan", "--env"],
    "no argument": ["rotate"],
    "no place for it": ["runbook", "abc"],
    "no duration": ["jobs", "list", "--older", "soon"],
    "no time": ["pause", "--reason", "a test", "--until", "yesterday"],
    "no status": ["jobs", "list", "--status", "faild"],
    "no check": ["verify", "--only", "cron.fialures"],
    "no JSON": ["enqueue", "supaops_smoke", "--payload", "{bad"],
    "no file but a folder": ["render", "--config", "ops"],
    "no file to write": ["runbook", "--out", "ops/config/job_queue.yaml/x"],
    "two that exclude each other": ["render", "-q", "-v"],
}


@pytest.mark.parametrize("words", FAILURES.values(), ids=FAILURES)
def test_an_error_is_told_on_stderr_with_its_cause_and_remedy(cli: Cli, words: list[str]) -> None:
    outcome = cli(*words, **SETTINGS)
    assert outcome.status in (ExitStatus.ERROR, ExitStatus.USAGE, Severity.UNKNOWN)
    assert outcome.out == ""
    assert re.search(r"^error: \S.*\n  fix: \S", outcome.err, re.MULTILINE)


@pytest.mark.parametrize("words", FAILURES.values(), ids=FAILURES)
def test_an_error_fits_a_terminal(project_folder: Path, words: list[str]) -> None:
    ran = supaops(*words, folder=project_folder, variables=SETTINGS, terminals="err", columns=60)
    assert max(map(len, ran.lines)) <= 60


@pytest.mark.parametrize(
    ("overlay", "place"),
    [
        ("queue: {leese: 5m}\n", "ops/config/environments/test.yaml:1:9"),
        ("worker:\n  timeout: 5 parsecs\n", "ops/config/environments/test.yaml:2:12"),
        ("queue: [unclosed\n", "ops/config/environments/test.yaml:"),
    ],
)
def test_an_error_of_the_yaml_names_file_line_and_column(
    cli: Cli, project_folder: Path, overlay: str, place: str
) -> None:
    overlay_file(project_folder).write_text(overlay, encoding="utf-8")
    outcome = cli("render")
    assert outcome.err.startswith(f"error: {place}")
    assert outcome.out == ""


def test_what_stdout_cannot_encode_is_escaped(project_folder: Path) -> None:
    overlay = 'cron: {jobs: {"nächtlich": {schedule: "@daily", sql: select 1}}}\n'
    overlay_file(project_folder).write_text(overlay, encoding="utf-8")
    ran = check(project_folder, "", PYTHONIOENCODING="ascii")
    assert r"n\xe4chtlich" in ran.out


@pytest.mark.stack
@pytest.mark.usefixtures("db")
def test_a_wait_shows_its_seconds_on_a_terminal_and_keeps_out_of_the_result(
    stack: Stack, project_folder: Path
) -> None:
    tick = "cron: {jobs: {job_queue_worker: {schedule: 1 seconds}}}\n"
    overlay_file(project_folder).write_text(tick, encoding="utf-8")
    variables = {**stack.environment, **NOBODY_LISTENS}
    supaops("apply", "--yes", folder=project_folder, variables=variables)
    words = ("smoke", "--timeout", "5")
    shown = supaops(*words, folder=project_folder, variables=variables, terminals="err")
    assert re.search(r"following the job, 5 s at most \(\d s\)", shown.err)
    assert "  ok enqueue " in shown.out
    assert "\x1b" not in shown.out
    piped = supaops(*words, folder=project_folder, variables={**variables, "FORCE_COLOR": "1"})
    assert "at most" not in piped.err + piped.out


@pytest.mark.stack
def test_an_apply_that_waits_for_another_says_so_on_a_terminal(
    db: Connection, project_folder: Path, variables: dict[str, str]
) -> None:
    with db.transaction():
        db.execute("select pg_advisory_xact_lock(%s, %s)", (0x73757061, 0x6F707300))
        ran = supaops(
            "apply", "--yes", "--lock-timeout", "1.2",
            folder=project_folder, variables=variables, terminals="out err",
        )  # fmt: skip
    assert ran.status == ExitStatus.LOCKED
    assert "waiting for the lock (1 s)" in ran.err
    assert "waiting" not in ran.out
