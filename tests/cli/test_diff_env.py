"""`supaops diff-env`, with two real databases where it needs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from supaops.compare import compare, live
from supaops.db.connect import Connection
from supaops.local import Stack
from supaops.status import ExitStatus
from tests.cli.conftest import Cli
from tests.projects import Project, overlay_file

EMPTY_DATABASE = "supaops_diff_env"


@pytest.fixture
def other(project_folder: Path) -> Path:
    """Return the overlay of an environment beside `test`."""
    path = overlay_file(project_folder).with_name("other.yaml")
    path.write_text(overlay_file(project_folder).read_text() + "worker: {batch_limit: 20}\n")
    return path


@pytest.mark.usefixtures("other")
def test_the_exit_code_tells_whether_they_differ(cli: Cli) -> None:
    assert cli("diff-env", "test", "test", "--exit-code").status == ExitStatus.OK
    assert cli("diff-env", "test", "other").status == ExitStatus.OK
    told = cli("diff-env", "test", "other", "--exit-code")
    assert told.status == ExitStatus.CHANGES
    assert "worker.batch_limit" in told.out
    assert told.err == ""


@pytest.mark.usefixtures("other")
def test_json_is_one_document(cli: Cli) -> None:
    found = json.loads(cli("diff-env", "test", "other", "--format", "json").out)
    assert found["format_version"] == "1.0"
    assert found["environments"] == ["test", "other"]
    assert found["differences"][0] == {
        "group": "settings",
        "name": "worker.batch_limit",
        "only_in": None,
        "diff": ["-10", "+20"],
    }


def test_an_unknown_environment_is_named(cli: Cli) -> None:
    told = cli("diff-env", "test", "tets")
    assert told.status == ExitStatus.ERROR
    assert "there is no environment 'tets'" in told.err
    assert "test" in told.err


@pytest.mark.usefixtures("other")
@pytest.mark.stack
def test_one_database_is_not_compared_with_itself(cli: Cli, variables: dict[str, str]) -> None:
    told = cli("diff-env", "test", "other", "--live", **variables)
    assert told.status == ExitStatus.USAGE
    assert "lead to the same database" in told.err


@pytest.mark.usefixtures("other")
def test_a_missing_database_variable_is_told_and_no_secret_is_asked_for(cli: Cli) -> None:
    told = cli("diff-env", "test", "other", "--live")
    assert told.status == ExitStatus.ERROR
    assert "DATABASE_URL is not set" in told.err
    assert "SECRET" not in told.err


@pytest.mark.stack
def test_live_databases_are_compared_down_to_a_cron_job(
    cli: Cli, other: Path, db: Connection, stack: Stack, project_folder: Path
) -> None:
    """The same server twice: what differs are the settings of a role between the two readings."""
    Project(project_folder, {**stack.environment}).apply(db)
    db.execute("select cron.schedule('theirs', '0 3 * * *', 'select 1')")
    other.write_text(f"{other.read_text()}database: {{url: env(OTHER_URL)}}\n")
    urls = {
        "DATABASE_URL": stack.url,
        "OTHER_URL": with_options(stack, "options=-c%20statement_timeout%3D7s"),
    }
    before = stack_state(db)
    told = cli("diff-env", "test", "other", "--live", "--format", "json", **urls)
    assert told.status == ExitStatus.OK, told.err
    found = json.loads(told.out)
    live = [each for each in found["differences"] if each["group"].startswith("live")]
    assert [(each["name"], each["diff"]) for each in live] == [
        ("statement_timeout", ["-0 ms", "+7000 ms"])
    ]
    assert stack_state(db) == before


@pytest.mark.stack
def test_equal_secrets_of_two_databases_are_equal_whatever_their_salts(
    project_folder: Path, db: Connection, stack: Stack
) -> None:
    project = Project(project_folder, {**stack.environment})
    project.apply(db)
    before = live(db, project.config)
    db.execute("update supaops.installation set secret_salt = sha256('another')")
    assert compare("a", "b", before, live(db, project.config)).is_same


def with_options(stack: Stack, options: str) -> str:
    """Return another URL of the same database."""
    return f"{stack.url}{'&' if '?' in stack.url else '?'}{options}"


def stack_state(db: Connection) -> object:
    return db.execute("select count(*) as n, max(xmin::text) as x from pg_class").fetchone()


@pytest.mark.stack
def test_a_database_without_the_chain_is_compared_as_far_as_it_goes(
    cli: Cli, other: Path, db: Connection, stack: Stack
) -> None:
    db.execute(f"drop database if exists {EMPTY_DATABASE}")
    db.execute(f"create database {EMPTY_DATABASE} template template0")
    other.write_text(f"{other.read_text()}database: {{url: env(OTHER_URL)}}\n")
    url = f"{stack.url.rpartition('/')[0]}/{EMPTY_DATABASE}"
    try:
        told = cli("diff-env", "test", "other", "--live", DATABASE_URL=stack.url, OTHER_URL=url)
        assert "lacks pg_cron, pg_net, supabase_vault" in told.out
        assert "Not compared: live objects: cannot be read in other." in told.out
        assert told.status == ExitStatus.OK
    finally:
        db.execute(f"drop database {EMPTY_DATABASE} with (force)")


@pytest.mark.stack
def test_a_live_secret_is_present_or_not_and_its_value_never_shown(
    cli: Cli, other: Path, db: Connection, stack: Stack
) -> None:
    db.execute("select vault.create_secret('hush-hush-hush-hush', 'theirs')")
    other.write_text(f"{other.read_text()}database: {{url: env(OTHER_URL)}}\n")
    told = cli(
        "diff-env",
        "test",
        "other",
        "--live",
        DATABASE_URL=stack.url,
        OTHER_URL=with_options(stack, "keepalives=1"),
    )
    assert told.status == ExitStatus.OK
    assert "hush" not in told.told
