"""Nothing is changed by mistake: the question, its default, and what is protected."""

from __future__ import annotations

from pathlib import Path

import pytest

from supaops.db.connect import Connection
from supaops.status import ExitStatus
from tests.cli.conftest import Cli
from tests.projects import QUIET_CRON, base_file
from tests.terminal import Ran, supaops

pytestmark = pytest.mark.stack


@pytest.fixture
def production(project_folder: Path) -> Path:
    overlay = base_file(project_folder).parent / "environments" / "production.yaml"
    overlay.write_text(QUIET_CRON, encoding="utf-8")
    return overlay


def is_applied(db: Connection) -> bool:
    row = db.execute("select to_regclass('supaops.resource') is not null as yes").fetchone()
    return bool(row and row["yes"])


def test_without_a_terminal_and_without_yes_nothing_is_applied(
    cli: Cli, db: Connection, variables: dict[str, str]
) -> None:
    outcome = cli("apply", **variables)
    assert outcome.status == ExitStatus.REFUSED
    assert "there is no terminal to ask whether to apply " in outcome.err
    assert "in test (postgres@127.0.0.1:" in outcome.err
    assert "--yes" in outcome.err
    assert not is_applied(db)


@pytest.mark.usefixtures("production")
def test_production_named_by_a_variable_is_refused_even_with_yes(
    cli: Cli, db: Connection, variables: dict[str, str]
) -> None:
    outcome = cli("apply", "--yes", **variables, SUPAOPS_ENV="production")
    assert outcome.status == ExitStatus.REFUSED
    assert "production is protected" in outcome.err
    assert "add --env production" in outcome.err
    assert not is_applied(db)


@pytest.mark.usefixtures("production")
def test_production_that_is_typed_and_agreed_to_is_applied(
    cli: Cli, db: Connection, variables: dict[str, str]
) -> None:
    outcome = cli("apply", "--env", "production", "--yes", **variables)
    assert outcome.status == ExitStatus.OK
    assert outcome.err.startswith("apply production: postgres@127.0.0.1:")
    assert is_applied(db)


@pytest.mark.usefixtures("production")
def test_production_that_is_typed_still_wants_a_confirmation(
    cli: Cli, db: Connection, variables: dict[str, str]
) -> None:
    assert cli("apply", "--env", "production", **variables).status == ExitStatus.REFUSED
    assert not is_applied(db)


@pytest.mark.parametrize("words", [["plan"], ["verify"]])
@pytest.mark.usefixtures("production", "db")
def test_what_changes_nothing_needs_no_guard(
    cli: Cli, variables: dict[str, str], words: list[str]
) -> None:
    assert cli(*words, **variables, SUPAOPS_ENV="production").status != ExitStatus.REFUSED


def test_any_environment_can_be_protected_and_production_freed(
    cli: Cli, db: Connection, variables: dict[str, str], production: Path, project_folder: Path
) -> None:
    del db
    overlay = base_file(project_folder).parent / "environments" / "test.yaml"
    overlay.write_text(f"protected: true\n{QUIET_CRON}", encoding="utf-8")
    assert cli("apply", "--yes", **variables).status == ExitStatus.REFUSED
    assert cli("apply", "--yes", "--env", "test", **variables).status == ExitStatus.OK
    production.write_text(f"protected: false\n{QUIET_CRON}", encoding="utf-8")
    again = cli("apply", "--yes", **variables, SUPAOPS_ENV="production")
    assert "is protected" not in again.err


def answer(text: str, folder: Path, variables: dict[str, str], *words: str) -> Ran:
    return supaops(
        "apply", *words, folder=folder, variables=variables, terminals="in out err", typed=text
    )


def test_a_person_is_asked_and_the_default_is_no(
    db: Connection, variables: dict[str, str], project_folder: Path
) -> None:
    ran = answer("\n", project_folder, variables)
    assert ran.status == ExitStatus.REFUSED
    assert "About to apply " in ran.err
    assert "Go on? [y/N]" in ran.err
    assert "not confirmed; nothing was changed" in ran.err
    assert not is_applied(db)


def test_a_person_who_agrees_is_obeyed(
    db: Connection, variables: dict[str, str], project_folder: Path
) -> None:
    assert answer("y\n", project_folder, variables).status == ExitStatus.OK
    assert is_applied(db)


def test_a_person_is_asked_about_conflicts(
    db: Connection, variables: dict[str, str], project_folder: Path
) -> None:
    db.execute("select cron.schedule('job_queue_worker', '0 0 1 1 *', 'select 1')")
    refused = answer("y\n\n", project_folder, variables)
    assert refused.status == ExitStatus.REFUSED
    assert "In conflict: cron_job.job_queue_worker." in refused.err
    assert "Overwrite what is live? [y/N]" in refused.err
    assert not is_applied(db)
    assert answer("y\ny\n", project_folder, variables).status == ExitStatus.OK


def test_yes_does_not_overwrite_conflicts(
    cli: Cli, db: Connection, variables: dict[str, str]
) -> None:
    db.execute("select cron.schedule('job_queue_worker', '0 0 1 1 *', 'select 1')")
    outcome = cli("apply", "--yes", **variables)
    assert outcome.status == ExitStatus.REFUSED
    assert not is_applied(db)


def test_nothing_to_do_asks_nothing(cli: Cli, db: Connection, variables: dict[str, str]) -> None:
    del db
    cli("apply", "--yes", **variables)
    assert cli("apply", **variables).status == ExitStatus.OK
