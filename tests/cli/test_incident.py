"""`supaops incident` on a database in which jobs have failed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from supaops.status import ExitStatus
from tests.cli.conftest import Cli
from tests.projects import Arranged, Project

pytestmark = pytest.mark.stack
TOKEN = "ghp_" + "a1B2" * 8


@pytest.fixture
def applied(stack: Stack, project_folder: Path, arranged: Arranged) -> Iterator[Connection]:
    """Return a connection to the project's database, in which two jobs have failed for good."""
    project = Project(project_folder, {**stack.environment})
    arranged.require(stack.url, "failed", lambda db: fail(project, db))
    with connect(stack.url, application_name="pytest") as db:
        yield db


def fail(project: Project, db: Connection) -> None:
    project.apply(db)
    for number in (503, 504):
        db.execute("select job_queue_enqueue('game_platform_sync', max_attempts => 1)")
        [job] = db.execute("select id, lease_id from job_queue_claim(1, 'w')").fetchall()
        error = f"UpstreamError: HTTP {number} for {TOKEN}\nwith a second line"
        db.execute("select job_queue_mark_failed(%s, %s)", [job["id"], error])
    db.execute("select set_config('supaops.actor', 'ada', false)")
    db.execute("select job_queue_pause('default', 'upstream is down')")


@pytest.mark.usefixtures("applied")
def test_failed_jobs_are_grouped_by_their_error_without_its_numbers(
    cli: Cli, variables: dict[str, str]
) -> None:
    outcome = cli("incident", "--format", "json", **variables)
    assert outcome.status == ExitStatus.OK
    [group] = json.loads(outcome.out)["failing"]
    assert (group["task_type"], group["attempts"], group["dead"]) == ("game_platform_sync", 2, 2)
    assert group["error"].startswith("UpstreamError: HTTP N for")
    assert group["example"].startswith("UpstreamError: HTTP 504 for")


@pytest.mark.usefixtures("applied")
@pytest.mark.parametrize("output", ["text", "markdown", "json"])
def test_what_looks_like_a_secret_in_an_error_is_not_shown(
    cli: Cli, variables: dict[str, str], output: str
) -> None:
    outcome = cli("incident", "--format", output, **variables)
    assert "UpstreamError" in outcome.out
    assert TOKEN not in outcome.told


@pytest.mark.usefixtures("applied")
def test_the_page_tells_who_did_what_and_what_to_do(cli: Cli, variables: dict[str, str]) -> None:
    told = cli("incident", **variables).out
    assert "ada pause queue:default: upstream is down" in told
    assert "apply revision 1 from" in told
    assert "default, " in told
    assert "by ada, until resumed" in told
    assert "supaops verify --env test" in told


@pytest.mark.usefixtures("applied")
def test_what_happened_before_the_window_is_left_out(cli: Cli, variables: dict[str, str]) -> None:
    told = json.loads(cli("incident", "--last", "1ms", "--format", "json", **variables).out)
    assert (told["failing"], told["lately"]["changes"]) == ([], [])


def test_it_changes_nothing(applied: Connection, cli: Cli, variables: dict[str, str]) -> None:
    counted = "select (select count(*) from supaops.audit) + (select count(*) from job_queue) as n"
    before = applied.execute(counted).fetchone()
    cli("incident", **variables)
    assert applied.execute(counted).fetchone() == before


@pytest.mark.usefixtures("db")
def test_before_the_first_apply_the_page_says_so(cli: Cli, variables: dict[str, str]) -> None:
    outcome = cli("incident", **variables)
    assert outcome.status == ExitStatus.OK
    assert "config.applied: never applied" in outcome.out
    assert "supaops apply --env test" in outcome.out


def test_without_a_database_there_is_a_page_all_the_same(
    cli: Cli, variables: dict[str, str]
) -> None:
    away = {**variables, "DATABASE_URL": "postgresql://postgres:pass-word@127.0.0.1:9/postgres"}
    outcome = cli("incident", **away)
    assert outcome.status == ExitStatus.OK
    assert "conn.reachable: cannot connect to postgres@127.0.0.1:9/postgres" in outcome.out
    assert "pass-word" not in outcome.told
    assert "Engineering on-call" in outcome.out
