"""`supaops history` and `supaops rollback` as a person and a program read them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from supaops.db.connect import Connection
from supaops.status import ExitStatus
from tests.cli.conftest import Cli
from tests.projects import overlay_file

pytestmark = pytest.mark.stack

OTHER = """
cron:
  jobs:
    job_queue_worker: {active: false, schedule: "*/7 * * * *"}
    job_queue_cleanup_daily: {active: false}
    job_queue_maintenance: {active: false}
"""


@pytest.fixture
def twice(cli: Cli, db: Connection, variables: dict[str, str], project_folder: Path) -> Connection:
    cli("apply", "--yes", **variables)
    overlay_file(project_folder).write_text(OTHER, encoding="utf-8")
    cli("apply", "--yes", **variables)
    return db


@pytest.mark.usefixtures("twice")
def test_the_history_lists_the_newest_first_within_80_columns(
    cli: Cli, variables: dict[str, str]
) -> None:
    lines = cli("history", **variables).out.splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("    2  20")
    assert lines[0].endswith("  now")
    assert lines[1].strip() == "0 to create, 1 to update, 0 to delete, 0 drifted"
    assert cli("history", "--limit", "1", **variables).out.count("\n") == 2


@pytest.mark.usefixtures("twice")
def test_one_revision_shows_its_differences(cli: Cli, variables: dict[str, str]) -> None:
    told = cli("history", "2", **variables).out
    assert "update   cron_job.job_queue_worker" in told
    assert '+schedule: "*/7 * * * *"' in told


@pytest.mark.usefixtures("twice")
def test_the_history_as_json_has_the_plan_of_one_revision(
    cli: Cli, variables: dict[str, str]
) -> None:
    every = json.loads(cli("history", "--format", "json", **variables).out)
    assert [each["id"] for each in every["revisions"]] == [2, 1]
    [one] = json.loads(cli("history", "2", "--format", "json", **variables).out)["revisions"]
    assert one["plan"]["changes"][0]["address"] == "cron_job.job_queue_worker"


def test_a_rollback_is_shown_asked_about_and_done(
    cli: Cli, twice: Connection, variables: dict[str, str]
) -> None:
    asked = cli("rollback", **variables)
    assert asked.status == ExitStatus.REFUSED
    assert "whether to roll back 1 change in test" in asked.err
    done = cli("rollback", "--yes", **variables)
    assert done.status == ExitStatus.OK
    assert "~ update   cron_job.job_queue_worker" in done.out
    assert "Applied 1 change as revision 3." in done.out
    assert "The config still says otherwise" in done.out
    row = twice.execute("select schedule from cron.job where jobname = 'job_queue_worker'")
    assert row.fetchone() == {"schedule": "* * * * *"}


@pytest.mark.usefixtures("twice")
def test_a_rollback_to_what_there_is_changes_nothing(cli: Cli, variables: dict[str, str]) -> None:
    outcome = cli("rollback", "2", **variables)
    assert outcome.status == ExitStatus.OK
    assert "No changes" in outcome.out
    assert "otherwise" not in outcome.out


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("words", [["history"], ["history", "1"], ["rollback"]])
def test_before_any_apply_there_is_no_history(
    cli: Cli, variables: dict[str, str], words: list[str]
) -> None:
    outcome = cli(*words, **variables)
    assert outcome.status == ExitStatus.ERROR
    assert "no history yet" in outcome.err
    assert "supaops apply" in outcome.err


@pytest.mark.usefixtures("twice")
@pytest.mark.parametrize("words", [["history", "9"], ["rollback", "9", "--yes"]])
def test_an_unknown_revision_is_an_error(
    cli: Cli, variables: dict[str, str], words: list[str]
) -> None:
    outcome = cli(*words, **variables)
    assert outcome.status == ExitStatus.ERROR
    assert "there is no revision 9" in outcome.err
