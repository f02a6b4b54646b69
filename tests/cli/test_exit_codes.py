"""Every failure is a readable error with the documented exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from supaops.db.connect import Connection
from supaops.status import ExitStatus, Severity
from tests.cli.conftest import Cli

SECRET = "a-secret-of-sixteen-or-more"
SETTINGS = {
    "JOB_QUEUE_WORKER_ENDPOINT": "http://127.0.0.1:9/api/jobs/run",
    "JOB_QUEUE_RUNNER_SECRET": SECRET,
}
UNREACHABLE = {**SETTINGS, "DATABASE_URL": "postgresql://postgres:pass-word@127.0.0.1:9/postgres"}


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["frobnicate"], ExitStatus.USAGE),
        (["plan", "--frobnicate"], ExitStatus.USAGE),
        (["plan", "--format", "xml"], ExitStatus.USAGE),
        (["apply", "--lock-timeout", "soon"], ExitStatus.USAGE),
        (["apply", "--lock-timeout", "inf"], ExitStatus.USAGE),
        (["apply", "--lock-timeout", "1e8"], ExitStatus.USAGE),
        (["smoke", "--timeout", "inf"], Severity.UNKNOWN),
        (["config"], ExitStatus.USAGE),
        (["verify", "--frobnicate"], Severity.UNKNOWN),
        (["smoke", "--timeout", "soon"], Severity.UNKNOWN),
        (["smoke", "--timeout", "0"], Severity.UNKNOWN),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_usage_error_exits_with_its_code(cli: Cli, words: list[str], status: int) -> None:
    outcome = cli(*words)
    assert outcome.status == status
    assert outcome.err.startswith(("error: ", "Usage: "))
    assert "--help" in outcome.err


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_unset_variables_are_all_named_at_once(cli: Cli, command: str) -> None:
    outcome = cli(command)
    assert outcome.status == ExitStatus.ERROR
    for name in ("DATABASE_URL", *SETTINGS):
        assert name in outcome.err
    assert "job_queue.yaml:" in outcome.err


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("plan", ExitStatus.ERROR),
        ("apply", ExitStatus.ERROR),
        ("verify", Severity.UNKNOWN),
        ("smoke", Severity.UNKNOWN),
    ],
)
def test_an_unreachable_database_is_named_without_its_password(
    cli: Cli, command: str, status: int
) -> None:
    outcome = cli(command, **UNREACHABLE)
    assert outcome.status == status
    assert "cannot connect to postgres@127.0.0.1:9/postgres: Connection refused\n" in outcome.err
    assert "fix: " in outcome.err
    assert "pass-word" not in outcome.told
    assert SECRET not in outcome.told


def test_a_database_url_that_is_none_is_refused_without_repeating_it(cli: Cli) -> None:
    outcome = cli("plan", **{**SETTINGS, "DATABASE_URL": "postgresql://u:pass-word@[::1/x"})
    assert outcome.status == ExitStatus.ERROR
    assert outcome.err.startswith("error: ")
    assert "defect" not in outcome.err
    assert "pass-word" not in outcome.told


def test_a_missing_file_is_named(cli: Cli) -> None:
    outcome = cli("plan", "--config", "nowhere/job_queue.yaml")
    assert outcome.status == ExitStatus.ERROR
    assert "nowhere/job_queue.yaml" in outcome.err


def test_an_unknown_environment_lists_those_that_exist(cli: Cli) -> None:
    outcome = cli("plan", "--env", "tset")
    assert outcome.status == ExitStatus.ERROR
    assert "test" in outcome.err


def test_a_malformed_file_names_line_and_column(cli: Cli, project_folder: Path) -> None:
    path = project_folder / "ops" / "config" / "job_queue.yaml"
    path.write_text("version: 1\nqueue: [unclosed\n", encoding="utf-8")
    outcome = cli("render")
    assert outcome.status == ExitStatus.ERROR
    assert "job_queue.yaml:" in outcome.err


def test_all_problems_of_a_file_are_told_at_once(cli: Cli, project_folder: Path) -> None:
    path = project_folder / "ops" / "config" / "environments" / "test.yaml"
    path.write_text("queue: {leese: 5m}\nworker: {timeout: 5 parsecs}\n", encoding="utf-8")
    outcome = cli("render")
    assert outcome.status == ExitStatus.ERROR
    assert "lease" in outcome.err
    assert "5 parsecs" in outcome.err
    assert "2 problems; nothing was done" in outcome.err


def test_an_output_folder_that_cannot_be_made_is_an_error(cli: Cli, project_folder: Path) -> None:
    (project_folder / "taken").write_text("a file", encoding="utf-8")
    outcome = cli("render", "--out", "taken")
    assert outcome.status == ExitStatus.ERROR
    assert outcome.err.startswith("error: taken: ")


def test_a_local_stack_that_does_not_run_names_the_command_that_starts_it(
    cli: Cli, project_folder: Path
) -> None:
    path = project_folder / "ops" / "config" / "environments" / "test.yaml"
    path.write_text("database: {url: local}\n", encoding="utf-8")
    outcome = cli("plan")
    assert outcome.status == ExitStatus.ERROR
    assert outcome.err == (
        "error: the local stack is not running\n  fix: supaops local up; or: supabase start\n"
    )


def test_a_defect_of_supaops_is_called_one(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUPAOPS_DEBUG", raising=False)
    monkeypatch.setattr("supaops.cli.render.load", lambda *_: 1 / 0)
    outcome = cli("render")
    assert outcome.status == ExitStatus.ERROR
    assert "a defect of supaops: ZeroDivisionError" in outcome.err


@pytest.mark.stack
def test_a_wrong_password_is_an_error_that_does_not_show_it(
    cli: Cli, variables: dict[str, str]
) -> None:
    head, _, tail = variables["DATABASE_URL"].partition("@")
    wrong = f"{head.rsplit(':', 1)[0]}:not-the-pass-word@{tail}"
    outcome = cli("plan", **{**variables, "DATABASE_URL": wrong})
    assert outcome.status == ExitStatus.ERROR
    assert "password authentication failed" in outcome.err
    assert "not-the-pass-word" not in outcome.told


@pytest.mark.stack
def test_a_database_without_the_extensions_names_them(cli: Cli, plain: dict[str, str]) -> None:
    outcome = cli("apply", "--yes", **plain)
    assert outcome.status == ExitStatus.ERROR
    assert "database plain lacks pg_cron, pg_net, supabase_vault" in outcome.err
    assert "create extension pg_cron" in outcome.err


@pytest.mark.stack
@pytest.mark.usefixtures("db")
def test_plan_and_apply_exit_as_terraform_users_expect(cli: Cli, variables: dict[str, str]) -> None:
    assert cli("plan", **variables).status == ExitStatus.OK
    assert cli("plan", "--exit-code", **variables).status == ExitStatus.CHANGES
    assert cli("apply", "--yes", **variables).status == ExitStatus.OK
    assert cli("apply", "--yes", **variables).status == ExitStatus.OK
    assert cli("plan", "--exit-code", **variables).status == ExitStatus.OK


@pytest.mark.stack
def test_a_conflict_is_refused_with_its_own_code(
    cli: Cli, db: Connection, variables: dict[str, str]
) -> None:
    db.execute("select cron.schedule('job_queue_worker', '0 0 1 1 *', 'select 1')")
    outcome = cli("apply", "--yes", **variables)
    assert outcome.status == ExitStatus.REFUSED
    assert "supaops apply --force" in outcome.err


@pytest.mark.stack
def test_a_held_lock_has_its_own_code_and_names_the_holder(
    cli: Cli, db: Connection, variables: dict[str, str]
) -> None:
    with db.transaction():
        db.execute("select pg_advisory_xact_lock(%s, %s)", (0x73757061, 0x6F707300))
        outcome = cli("apply", "--yes", "--lock-timeout", "0.05", **variables)
    assert outcome.status == ExitStatus.LOCKED
    assert f"by pid {db.info.backend_pid}" in outcome.err


@pytest.mark.stack
@pytest.mark.usefixtures("db")
def test_smoke_before_any_apply_says_so(cli: Cli, variables: dict[str, str]) -> None:
    outcome = cli("smoke", "--timeout", "1", **variables)
    assert outcome.status == Severity.UNKNOWN
    assert "supaops apply" in outcome.err


@pytest.mark.stack
@pytest.mark.usefixtures("db")
def test_verify_exits_with_the_worst_severity(cli: Cli, variables: dict[str, str]) -> None:
    assert cli("verify", **variables).status == Severity.CRITICAL
    cli("apply", "--yes", **variables)
    outcome = cli("verify", **variables)
    assert outcome.status == Severity.UNKNOWN
    assert "no evidence" in outcome.out


def test_a_transaction_pooler_is_reported(cli: Cli) -> None:
    pooled = {**UNREACHABLE, "DATABASE_URL": "postgresql://postgres:pass-word@127.0.0.1:6543/x"}
    assert "through a transaction pooler" in cli("plan", **pooled).err
    assert "pooler" not in cli("plan", **UNREACHABLE).err
