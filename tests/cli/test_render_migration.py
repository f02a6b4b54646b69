"""`supaops render --migration` as a user runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from supaops.status import ExitStatus
from tests.cli.conftest import Cli
from tests.projects import overlay_file
from tests.terminal import supaops

WRITE = ("render", "--migration", "--env", "test")


def migrations(folder: Path) -> list[Path]:
    return sorted((folder / "supabase" / "migrations").glob("*"))


def test_it_writes_once_and_then_says_that_nothing_changed(cli: Cli, project_folder: Path) -> None:
    first = cli(*WRITE)
    [path] = migrations(project_folder)
    assert first.status == ExitStatus.OK
    assert f"Wrote supabase/migrations/{path.name}: " in first.out
    assert path.name.endswith("_supaops.sql")
    again = cli(*WRITE)
    assert (again.status, migrations(project_folder)) == (ExitStatus.OK, [path])
    assert again.out.endswith("No changes: the migrations are as declared.\n")


def test_a_migration_is_named_for_what_it_does(cli: Cli, project_folder: Path) -> None:
    cli("render", "--migration", "job_queue", "--env", "test")
    [path] = migrations(project_folder)
    assert path.name.endswith("_job_queue.sql")


def test_check_exits_2_while_a_migration_is_due_and_writes_nothing(
    cli: Cli, project_folder: Path
) -> None:
    due = cli(*WRITE, "--check")
    assert (due.status, migrations(project_folder)) == (ExitStatus.CHANGES, [])
    assert "A migration is due: " in due.out
    cli(*WRITE)
    assert cli(*WRITE, "--check").status == ExitStatus.OK


def test_a_line_that_config_toml_lacks_is_due_too(cli: Cli, project_folder: Path) -> None:
    cli(*WRITE)
    config = project_folder / "supabase" / "config.toml"
    config.write_text("", encoding="utf-8")
    due = cli(*WRITE, "--check")
    assert (due.status, config.read_text(encoding="utf-8")) == (ExitStatus.CHANGES, "")
    assert "Due in [db.vault] of supabase/config.toml: job_queue_worker_endpoint" in due.out
    assert "Added in [db.vault] of supabase/config.toml: " in cli(*WRITE).out


@pytest.mark.parametrize("variables", [{}, {"SUPAOPS_ENV": "test"}])
def test_the_environment_must_be_typed(cli: Cli, variables: dict[str, str]) -> None:
    outcome = cli("render", "--migration", **variables)
    assert outcome.status == ExitStatus.USAGE
    assert "--migration needs --env" in outcome.err


@pytest.mark.parametrize(
    "words",
    [
        ("render", "what"),
        ("render", "--check"),
        ("render", "--prune"),
        (*WRITE, "--out", "."),
        (*WRITE, "../up"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(
    cli: Cli, words: tuple[str, ...], project_folder: Path
) -> None:
    outcome = cli(*words)
    assert outcome.status == ExitStatus.USAGE
    assert outcome.err.startswith("error: ")
    assert migrations(project_folder) == []


def test_an_edited_migration_is_refused_with_a_remedy(cli: Cli, project_folder: Path) -> None:
    cli(*WRITE)
    [path] = migrations(project_folder)
    path.write_text(path.read_text(encoding="utf-8") + "select 1;\n", encoding="utf-8")
    outcome = cli(*WRITE)
    assert outcome.status == ExitStatus.REFUSED
    assert f"{path}: was edited" in outcome.err
    assert "fix: " in outcome.err


def test_what_stands_beside_it_is_told(cli: Cli, project_folder: Path) -> None:
    assert "there is no supabase/config.toml" in cli(*WRITE).out
    (project_folder / "supabase" / "schemas").mkdir()
    config = project_folder / "supabase" / "config.toml"
    config.write_text("[db.vault]\njob_queue_runner_secret = 'x'\n", encoding="utf-8")
    told = cli(*WRITE).out
    assert "has another value for job_queue_runner_secret; it was left as it is" in told
    assert "unschedules each cron job that its files do not know" in told


def test_what_is_no_longer_declared_is_told_and_kept(cli: Cli, project_folder: Path) -> None:
    extra = "cron: {jobs: {extra: {schedule: '0 0 1 1 *', sql: select 1}}}\n"
    overlay_file(project_folder).write_text(extra, encoding="utf-8")
    cli(*WRITE)
    overlay_file(project_folder).write_text("{}", encoding="utf-8")
    kept = cli(*WRITE)
    assert (kept.status, len(migrations(project_folder))) == (ExitStatus.OK, 1)
    assert "cron_job.extra  no longer declared" in kept.out
    assert "--prune deletes it" in kept.out
    assert cli(*WRITE, "--check").status == ExitStatus.OK
    assert "- delete   cron_job.extra" in cli(*WRITE, "--prune").out


def test_on_a_terminal_no_line_is_wider_than_it(project_folder: Path) -> None:
    (project_folder / "supabase" / "schemas").mkdir(parents=True)
    ran = supaops(*WRITE, folder=project_folder, variables={}, terminals="out err")
    assert ran.status == ExitStatus.OK
    assert max(map(len, ran.lines)) <= 80
