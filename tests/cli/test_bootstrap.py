"""A whole environment in one command."""

from __future__ import annotations

from pathlib import Path

import pytest

from supaops.db.connect import Connection, connect
from supaops.status import ExitStatus
from tests.cli.conftest import Cli
from tests.private_server import private_server
from tests.projects import overlay_file

pytestmark = pytest.mark.stack

NOBODY_LISTENS = {"JOB_QUEUE_WORKER_ENDPOINT": "http://127.0.0.1:9/api/jobs/run"}
TICKING = "cron: {jobs: {job_queue_worker: {schedule: 1 seconds}}}\n"


@pytest.mark.usefixtures("db")
def test_where_nothing_ticks_a_bootstrap_applies_and_verifies(
    cli: Cli, variables: dict[str, str]
) -> None:
    outcome = cli("bootstrap", "--yes", **variables)
    assert outcome.status == ExitStatus.OK
    assert "Applied " in outcome.out
    assert "nothing ticks in test: no job was sent" in outcome.err
    assert "OK       config " in outcome.out
    again = cli("bootstrap", "--yes", **variables)
    assert again.status == ExitStatus.OK
    assert "No changes" in again.out


def test_a_chain_that_does_not_work_in_the_end_is_an_error(
    ticking_cli: Cli, db: Connection, variables: dict[str, str], project_folder: Path
) -> None:
    del db
    overlay_file(project_folder).write_text(TICKING, encoding="utf-8")
    outcome = ticking_cli(
        "bootstrap", "--yes", "--timeout", "10", **{**variables, **NOBODY_LISTENS}
    )
    assert outcome.status == ExitStatus.ERROR
    assert "Broken at " in outcome.out


def test_a_bootstrap_asks_before_it_changes_anything(
    cli: Cli, db: Connection, variables: dict[str, str]
) -> None:
    assert cli("bootstrap", **variables).status == ExitStatus.REFUSED
    row = db.execute("select to_regclass('supaops.resource') as there").fetchone()
    assert row == {"there": None}


def test_a_missing_extension_is_created(cli: Cli, variables: dict[str, str]) -> None:
    with private_server() as server:
        if "pg_cron" not in server.stack.native:
            pytest.skip("needs the real pg_cron: apt-get install postgresql-17-cron")
        as_admin = {**variables, "DATABASE_URL": server.stack.admin_url}
        with connect(server.stack.admin_url) as admin:
            admin.execute("drop extension pg_cron")
            refused = cli("bootstrap", **as_admin)
            assert "whether to create the extensions pg_cron in test" in refused.err
            outcome = cli("bootstrap", "--yes", **as_admin)
            assert outcome.status == ExitStatus.OK, outcome.told
            assert "created the extensions pg_cron" in outcome.err
            row = admin.execute("select count(*) as n from cron.job").fetchone()
            assert row is not None
            assert row["n"] >= 2


def test_an_extension_that_the_server_lacks_is_named(cli: Cli, plain: dict[str, str]) -> None:
    outcome = cli("bootstrap", "--yes", **plain)
    assert outcome.status == ExitStatus.ERROR
    assert "extension" in outcome.err
    assert "fix: " in outcome.err
