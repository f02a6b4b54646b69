"""Every command, and every way in which it can go wrong: the documented code, and no traceback.

The rows are made from the commands themselves, so that a new command is in the table.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from supaops.cli.main import HEALTH_COMMANDS
from supaops.cli.reference import commands
from supaops.cli.reference_text import EXIT_CODES
from supaops.db.connect import Connection
from supaops.status import ExitStatus, Severity
from tests.cli.conftest import Cli
from tests.projects import Arranged, base_file, overlay_file

COMMANDS: dict[str, Any] = dict(commands())
ARGUMENTS = {
    "supaops rotate": ["job_queue_runner_secret", "--yes"],
    "supaops disarm": ["--reason", "a test", "--yes"],
    "supaops arm": ["--yes"],
    "supaops apply": ["--yes"],
    "supaops rollback": ["--yes"],
    "supaops bootstrap": ["--yes"],
    "supaops import": ["--yes"],
    "supaops pause": ["--reason", "a test", "--yes"],
    "supaops resume": ["--yes"],
    "supaops enqueue": ["supaops_smoke", "--yes"],
    "supaops retry": ["1", "--yes"],
    "supaops replay": ["1", "--yes"],
    "supaops cancel": ["1", "--yes"],
    "supaops cleanup": ["--yes"],
    "supaops jobs show": ["1"],
    "supaops watch": ["--once"],
}
"""What a command needs to get as far as its database."""
WITHOUT_DATABASE = {
    "supaops render",
    "supaops runbook",
    "supaops types",
    "supaops config check",
    "supaops config show",
}
SERVES = {"supaops dashboard", "supaops serve", "supaops worker"}
"""Runs without its database, and says so in its log."""
UNGUARDED = {"supaops import", "supaops jobs show", "supaops watch"}
"""Ask later than this, or change nothing."""
GOES_ON = {"supaops doctor", "supaops watch"}
"""What would end another command is one of its findings."""

SETTINGS = {
    "JOB_QUEUE_WORKER_ENDPOINT": "http://127.0.0.1:9/api/jobs/run",
    "JOB_QUEUE_RUNNER_SECRET": "a-secret-of-sixteen-or-more",
    "DATABASE_URL": "postgresql://postgres:pass-word@127.0.0.1:9/postgres",
}


def options(path: str) -> set[str]:
    return {name for each in COMMANDS[path].params for name in each.opts}


WITH_ENVIRONMENT = sorted(path for path in COMMANDS if "--env" in options(path))
WITH_CONFIG = sorted(path for path in COMMANDS if "--config" in options(path))
CONNECTING = sorted(set(WITH_ENVIRONMENT) - WITHOUT_DATABASE - SERVES)
ENDING = sorted(set(CONNECTING) - {"supaops incident"})
"""What a database that is away ends; the page of an incident is made all the same."""


def words(path: str, *more: str) -> list[str]:
    return [*path.split()[1:], *ARGUMENTS.get(path, []), *more]


def expected(path: str, status: ExitStatus) -> int:
    """Return the code that the reference gives: of a health command's error it is UNKNOWN."""
    return Severity.UNKNOWN if path.split()[1] in HEALTH_COMMANDS else status


def assert_told(cli: Cli, path: str, status: ExitStatus, *more: str, **variables: str) -> str:
    outcome = cli(*words(path, *more), **variables)
    assert outcome.status == expected(path, status), outcome.told
    finding = r"^\S* +(\S+ +)?UNKNOWN +\S"
    is_finding = path in GOES_ON and re.search(finding, outcome.out, re.MULTILINE)
    is_error = re.search(r"^(error: \S|Usage: )", outcome.err, re.MULTILINE)
    assert is_finding or is_error, outcome.told
    assert "defect" not in outcome.told
    assert "pass-word" not in outcome.told
    return outcome.told if is_finding else outcome.err


def test_every_code_that_a_command_can_give_is_documented() -> None:
    told = " ".join(str(code.value if hasattr(code, "value") else code) for code, *_ in EXIT_CODES)
    numbers = {int(each) for each in re.findall(r"\d+", told)}
    assert {each.value for each in (*ExitStatus, *Severity)} <= numbers


@pytest.mark.parametrize("path", sorted(set(COMMANDS) - {"supaops local psql"}))
def test_an_unknown_option_is_a_usage_error(cli: Cli, path: str) -> None:
    assert "--frobnicate" in assert_told(cli, path, ExitStatus.USAGE, "--frobnicate")


@pytest.mark.parametrize("path", WITH_CONFIG)
def test_a_config_that_is_not_there_is_named(cli: Cli, path: str) -> None:
    more = ["test", "test"] if path == "supaops diff-env" else []
    said = assert_told(cli, path, ExitStatus.ERROR, *more, "--config", "nowhere/job_queue.yaml")
    assert "nowhere/job_queue.yaml" in said


@pytest.mark.parametrize("path", WITH_ENVIRONMENT)
def test_an_environment_that_is_not_there_is_named(cli: Cli, path: str) -> None:
    said = assert_told(cli, path, ExitStatus.ERROR, "--env", "tset", **SETTINGS)
    assert "there is no environment 'tset'" in said


@pytest.mark.parametrize("path", WITH_ENVIRONMENT)
@pytest.mark.parametrize("text", ["queue: [unclosed\n", "queue: {leese: 5m}\n", "version: 2\n"])
def test_a_broken_file_is_named_with_its_line(
    cli: Cli, project_folder: Path, path: str, text: str
) -> None:
    overlay_file(project_folder).write_text(text, encoding="utf-8")
    assert re.search(r"test\.yaml:\d+", assert_told(cli, path, ExitStatus.ERROR, **SETTINGS))


@pytest.mark.parametrize("path", [*CONNECTING, *sorted(SERVES)])
def test_an_unset_database_is_named(cli: Cli, path: str) -> None:
    assert "DATABASE_URL" in assert_told(cli, path, ExitStatus.ERROR)


@pytest.mark.parametrize("path", ENDING)
def test_a_database_that_does_not_answer_is_named(cli: Cli, path: str) -> None:
    assert "cannot connect to" in assert_told(cli, path, ExitStatus.ERROR, **SETTINGS)


@pytest.mark.parametrize("path", ENDING)
def test_a_url_that_is_none_is_not_repeated(cli: Cli, path: str) -> None:
    broken = {**SETTINGS, "DATABASE_URL": "postgresql://u:pass-word@[::1/x"}
    assert_told(cli, path, ExitStatus.ERROR, **broken)


@pytest.mark.parametrize("path", CONNECTING)
def test_a_local_stack_that_does_not_run_is_named(
    cli: Cli, project_folder: Path, path: str
) -> None:
    overlay_file(project_folder).write_text("database: {url: local}\n", encoding="utf-8")
    assert "supaops local up" in assert_told(cli, path, ExitStatus.ERROR)


@pytest.mark.parametrize("path", sorted(set(ARGUMENTS) - UNGUARDED))
def test_production_by_a_variable_is_refused(cli: Cli, project_folder: Path, path: str) -> None:
    overlay = base_file(project_folder).parent / "environments" / "production.yaml"
    overlay.write_text("{}\n", encoding="utf-8")
    production = {**SETTINGS, "SUPAOPS_ENV": "production"}
    assert "--env production" in assert_told(cli, path, ExitStatus.REFUSED, **production)


def fresh(_: Connection) -> None:
    """Leave the database empty."""


def plain(db: Connection) -> None:
    db.execute("select cron.schedule('job_queue_worker', '0 0 1 1 *', 'select 1')")


def elsewhere(db: Connection) -> None:
    db.execute("update supaops.environment set name = 'elsewhere'")


def disarmed(db: Connection) -> None:
    db.execute("select supaops.disarm('a test')")


Arrange = Callable[[Connection], None]
STATES: dict[str, tuple[Arrange, bool, list[str], ExitStatus]] = {
    "history of nothing": (fresh, False, ["history"], ExitStatus.ERROR),
    "rollback of nothing": (fresh, False, ["rollback", "--yes"], ExitStatus.ERROR),
    "arm nothing": (fresh, False, ["arm", "--yes"], ExitStatus.ERROR),
    "disarm nothing": (fresh, False, ["disarm", "--reason", "x", "--yes"], ExitStatus.ERROR),
    "rotate nothing": (
        fresh, False, ["rotate", "job_queue_runner_secret", "--yes"], ExitStatus.ERROR,
    ),
    "a conflict": (plain, False, ["apply", "--yes"], ExitStatus.REFUSED),
    "nobody to ask": (fresh, False, ["apply"], ExitStatus.REFUSED),
    "bootstrap unasked": (fresh, False, ["bootstrap"], ExitStatus.REFUSED),
    "apply elsewhere": (elsewhere, True, ["apply", "--yes"], ExitStatus.REFUSED),
    "arm elsewhere": (elsewhere, True, ["arm", "--yes"], ExitStatus.REFUSED),
    "rollback elsewhere": (elsewhere, True, ["rollback", "1"], ExitStatus.REFUSED),
    "bootstrap elsewhere": (elsewhere, True, ["bootstrap"], ExitStatus.REFUSED),
    "import elsewhere": (elsewhere, True, ["import"], ExitStatus.REFUSED),
    "rotate what must not post": (
        disarmed, True, ["rotate", "job_queue_runner_secret", "--yes"], ExitStatus.REFUSED,
    ),
    "rotate elsewhere": (
        elsewhere, True, ["rotate", "job_queue_runner_secret", "--yes"], ExitStatus.REFUSED,
    ),
    "rollback too far": (fresh, True, ["rollback", "99", "--yes"], ExitStatus.ERROR),
    "rotate what is not declared": (fresh, True, ["rotate", "nobody", "--yes"], ExitStatus.ERROR),
    "a plan that is not there": (fresh, True, ["apply", "nowhere.json"], ExitStatus.ERROR),
    "an overlap that is none": (
        fresh, True, ["rotate", "x", "--overlap", "soon", "--yes"], ExitStatus.USAGE,
    ),
    "a plan that cannot be kept": (
        fresh, True, ["plan", "--out", "nowhere/plan.json"], ExitStatus.ERROR,
    ),
    "pause nothing": (fresh, False, ["pause", "--reason", "x", "--yes"], ExitStatus.ERROR),
    "resume nothing": (fresh, False, ["resume", "--yes"], ExitStatus.ERROR),
    "retry nothing": (fresh, False, ["retry", "1", "--yes"], ExitStatus.ERROR),
    "list nothing": (fresh, False, ["jobs", "list"], ExitStatus.ERROR),
    "pause elsewhere": (elsewhere, True, ["pause", "--reason", "x", "--yes"], ExitStatus.REFUSED),
    "resume elsewhere": (elsewhere, True, ["resume", "--yes"], ExitStatus.REFUSED),
    "cancel elsewhere": (elsewhere, True, ["cancel", "1", "--yes"], ExitStatus.REFUSED),
    "clean up elsewhere": (elsewhere, True, ["cleanup", "--yes"], ExitStatus.REFUSED),
    "enqueue elsewhere": (
        elsewhere, True, ["enqueue", "supaops_smoke", "--yes"], ExitStatus.REFUSED,
    ),
    "enqueue what is not declared": (fresh, True, ["enqueue", "nobody", "--yes"], ExitStatus.ERROR),
    "pause unasked": (fresh, True, ["pause", "--reason", "x"], ExitStatus.REFUSED),
    "show a job that is not there": (fresh, True, ["jobs", "show", "1"], ExitStatus.ERROR),
    "a migration of no environment": (fresh, True, ["render", "--migration"], ExitStatus.USAGE),
}  # fmt: skip


BY_STATE = sorted(STATES, key=lambda name: (STATES[name][1], STATES[name][0].__name__))
"""What needs the same state, in a row."""


@pytest.mark.stack
@pytest.mark.parametrize(
    ("arrange", "applied", "line", "status"),
    [pytest.param(*STATES[name], id=name) for name in BY_STATE],
)
def test_each_state_of_a_database_that_a_command_refuses(
    cli: Cli,
    variables: dict[str, str],
    arranged: Arranged,
    arrange: Arrange,
    applied: bool,  # noqa: FBT001  a column of the table
    line: list[str],
    status: ExitStatus,
) -> None:
    def make(db: Connection) -> None:
        if applied:
            assert cli("apply", "--yes", **variables).status == ExitStatus.OK
        arrange(db)

    arranged.require(variables["DATABASE_URL"], (arrange, applied), make)
    outcome = cli(*line, **variables)
    assert outcome.status == status, outcome.told
    assert outcome.err.count("error: ") == 1
    assert "fix: " in outcome.err or "confirmed" in outcome.err
    assert "defect" not in outcome.err


@pytest.mark.stack
@pytest.mark.parametrize(
    "line",
    [["apply", "--yes", "--lock-timeout", "0.05"], ["rollback", "1", "--lock-timeout", "0.05"]],
    ids=lambda line: line[0],
)
def test_a_lock_that_somebody_holds_has_its_own_code(
    cli: Cli, db: Connection, variables: dict[str, str], project_folder: Path, line: list[str]
) -> None:
    assert cli("apply", "--yes", **variables).status == ExitStatus.OK
    text = overlay_file(project_folder).read_text(encoding="utf-8")
    overlay_file(project_folder).write_text(f"worker: {{batch_limit: 7}}\n{text}", encoding="utf-8")
    assert cli("apply", "--yes", **variables).status == ExitStatus.OK
    overlay_file(project_folder).write_text(text, encoding="utf-8")
    with db.transaction():
        db.execute("select pg_advisory_xact_lock(%s, %s)", (0x73757061, 0x6F707300))
        outcome = cli(*line, "--yes", **variables)
    assert outcome.status == ExitStatus.LOCKED, outcome.told
    assert f"pid {db.info.backend_pid}" in outcome.err
