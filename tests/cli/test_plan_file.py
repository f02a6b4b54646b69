"""`plan --out FILE` and `apply FILE`: exactly that plan, or nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from supaops.db.connect import Connection
from supaops.status import ExitStatus
from tests.cli.conftest import Cli
from tests.projects import QUIET_CRON, base_file, overlay_file

pytestmark = pytest.mark.stack

WORKER_SCHEDULE = "select schedule from cron.job where jobname = 'job_queue_worker'"


@pytest.fixture
def applied(cli: Cli, db: Connection, variables: dict[str, str]) -> Connection:
    assert cli("apply", "--yes", **variables).status == ExitStatus.OK
    return db


def schedule(db: Connection) -> str:
    row = db.execute(WORKER_SCHEDULE).fetchone()
    return str(row["schedule"]) if row else ""


def declare(folder: Path, schedule: str) -> None:
    job = f"job_queue_worker: {{active: false, schedule: '{schedule}'}}"
    rest = "job_queue_cleanup_daily: {active: false}, job_queue_maintenance: {active: false}"
    overlay = f"cron: {{jobs: {{{job}, {rest}}}}}\n"
    overlay_file(folder).write_text(overlay, encoding="utf-8")


def test_a_kept_plan_is_carried_out(
    cli: Cli, applied: Connection, variables: dict[str, str], project_folder: Path
) -> None:
    declare(project_folder, "*/7 * * * *")
    planned = cli("plan", "--out", "plan.json", **variables)
    assert "supaops apply plan.json --env test" in planned.err
    assert cli("apply", "plan.json", "--yes", **variables).status == ExitStatus.OK
    assert schedule(applied) == "*/7 * * * *"


def test_a_first_apply_can_be_a_kept_plan(
    cli: Cli, db: Connection, variables: dict[str, str]
) -> None:
    cli("plan", "--out", "plan.json", **variables)
    assert cli("apply", "plan.json", "--yes", **variables).status == ExitStatus.OK
    assert schedule(db) == "* * * * *"


def test_a_plan_is_refused_after_the_config_moved(
    cli: Cli, applied: Connection, variables: dict[str, str], project_folder: Path
) -> None:
    declare(project_folder, "*/7 * * * *")
    cli("plan", "--out", "plan.json", **variables)
    declare(project_folder, "*/8 * * * *")
    outcome = cli("apply", "plan.json", "--yes", **variables)
    assert outcome.status == ExitStatus.REFUSED
    assert "the plan is stale: the config moved: cron_job.job_queue_worker" in outcome.err
    assert schedule(applied) == "* * * * *"


def test_a_plan_is_refused_after_the_database_moved(
    cli: Cli, applied: Connection, variables: dict[str, str], project_folder: Path
) -> None:
    declare(project_folder, "*/7 * * * *")
    cli("plan", "--out", "plan.json", **variables)
    applied.execute("drop function public.job_queue_stats()")
    outcome = cli("apply", "plan.json", "--yes", **variables)
    assert outcome.status == ExitStatus.REFUSED
    assert "the database moved: function.public.job_queue_stats, grant." in outcome.err
    assert schedule(applied) == "* * * * *"


def test_a_plan_is_refused_after_a_secret_moved(
    cli: Cli, applied: Connection, variables: dict[str, str], project_folder: Path
) -> None:
    declare(project_folder, "*/7 * * * *")
    cli("plan", "--out", "plan.json", **variables)
    changed = {**variables, "JOB_QUEUE_RUNNER_SECRET": "another-secret-of-the-worker"}
    outcome = cli("apply", "plan.json", "--yes", **changed)
    assert outcome.status == ExitStatus.REFUSED
    assert "the config moved: vault_secret.job_queue_runner_secret" in outcome.err
    assert "another-secret" not in outcome.told
    assert schedule(applied) == "* * * * *"


def test_a_foreign_object_that_came_since_does_not_make_a_plan_stale(
    cli: Cli, applied: Connection, variables: dict[str, str], project_folder: Path
) -> None:
    declare(project_folder, "*/7 * * * *")
    cli("plan", "--out", "plan.json", **variables)
    applied.execute("select cron.schedule('theirs', '0 0 1 1 *', 'select 1')")
    assert cli("apply", "plan.json", "--yes", **variables).status == ExitStatus.OK


def test_a_plan_is_carried_out_once(
    cli: Cli, applied: Connection, variables: dict[str, str], project_folder: Path
) -> None:
    del applied
    declare(project_folder, "*/7 * * * *")
    cli("plan", "--out", "plan.json", **variables)
    cli("apply", "plan.json", "--yes", **variables)
    outcome = cli("apply", "plan.json", "--yes", **variables)
    assert outcome.status == ExitStatus.REFUSED
    assert "the database moved" in outcome.err


def test_a_plan_of_another_database_is_refused(
    cli: Cli, applied: Connection, variables: dict[str, str], project_folder: Path
) -> None:
    del applied
    cli("plan", "--out", "plan.json", **variables)
    path = project_folder / "plan.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**data, "database_id": "1/5"}), encoding="utf-8")
    outcome = cli("apply", "plan.json", "--yes", **variables)
    assert outcome.status == ExitStatus.REFUSED
    assert "made for another database than postgres" in outcome.err


def test_a_plan_decides_what_its_apply_prunes(
    cli: Cli, applied: Connection, variables: dict[str, str], project_folder: Path
) -> None:
    overlay_file(project_folder).write_text(
        "cron: {jobs: {job_queue_worker: null, job_queue_cleanup_daily: {active: false},"
        " job_queue_maintenance: {active: false}}}\n",
        encoding="utf-8",
    )
    pruning = cli("plan", "--prune", "--out", "plan.json", **variables)
    assert "Changes:\n  - delete   cron_job.job_queue_worker" in pruning.out
    assert "hazard: will not run any more" in pruning.out
    both = cli("apply", "plan.json", "--prune", "--yes", **variables)
    assert both.status == ExitStatus.USAGE
    assert cli("apply", "plan.json", "--yes", **variables).status == ExitStatus.OK
    assert schedule(applied) == ""


def test_a_plan_decides_what_its_apply_forces(
    cli: Cli, db: Connection, variables: dict[str, str]
) -> None:
    db.execute("select cron.schedule('job_queue_worker', '0 0 1 1 *', 'select 1')")
    cli("plan", "--out", "meek.json", **variables)
    assert cli("apply", "meek.json", "--yes", **variables).status == ExitStatus.REFUSED
    cli("plan", "--force", "--out", "bold.json", **variables)
    assert cli("apply", "bold.json", "--yes", **variables).status == ExitStatus.OK
    assert schedule(db) == "* * * * *"


BROKEN = {
    "nothing": None,
    "no JSON": "frob",
    "a list": "[]",
    "another format": '{"format_version": "3.0"}',
    "no plan": '{"format_version": "2.0"}',
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_what_is_no_plan_is_an_error_that_names_the_file(
    cli: Cli, project_folder: Path, text: str | None
) -> None:
    if text is not None:
        (project_folder / "plan.json").write_text(text, encoding="utf-8")
    outcome = cli("apply", "plan.json", "--yes")
    assert outcome.status == ExitStatus.ERROR
    assert outcome.err.startswith("error: plan.json: ")
    assert "supaops plan --out plan.json" in outcome.err


def test_a_plan_that_cannot_be_written_is_an_error(
    cli: Cli, db: Connection, variables: dict[str, str]
) -> None:
    del db
    outcome = cli("plan", "--out", "nowhere/plan.json", **variables)
    assert outcome.status == ExitStatus.ERROR
    assert "error: nowhere/plan.json: cannot write" in outcome.err


def test_a_plan_of_another_environment_says_which(
    cli: Cli, db: Connection, variables: dict[str, str], project_folder: Path
) -> None:
    del db
    other = base_file(project_folder).parent / "environments" / "other.yaml"
    other.write_text(QUIET_CRON, encoding="utf-8")
    cli("plan", "--env", "other", "--out", "plan.json", **variables)
    outcome = cli("apply", "plan.json", "--yes", **variables)
    assert outcome.status == ExitStatus.USAGE
    assert "the plan is of other, not of test" in outcome.err
    assert "--env other" in outcome.err


@pytest.mark.parametrize("output", ["json", "github", "markdown"])
def test_each_format_is_alone_on_stdout_and_without_a_secret(
    cli: Cli, db: Connection, variables: dict[str, str], output: str
) -> None:
    del db
    outcome = cli("plan", "--format", output, **variables)
    assert outcome.status == ExitStatus.OK
    assert outcome.out
    assert variables["JOB_QUEUE_RUNNER_SECRET"] not in outcome.told
    assert "\x1b" not in outcome.out
