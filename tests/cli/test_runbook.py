"""`supaops runbook` needs no database, and shows no secret."""

from __future__ import annotations

from pathlib import Path

from supaops.status import ExitStatus
from tests.cli.conftest import Cli

SECRET = "a-secret-of-sixteen-or-more"


def test_it_is_written_without_a_database_and_without_a_secret(cli: Cli) -> None:
    outcome = cli("runbook")
    assert outcome.status == ExitStatus.OK
    assert outcome.out.startswith("<!-- Made by `supaops runbook --env test`")
    assert "`env(JOB_QUEUE_WORKER_ENDPOINT)`" in outcome.out


def test_the_workers_url_is_told_where_it_is_known(cli: Cli) -> None:
    known = {
        "JOB_QUEUE_WORKER_ENDPOINT": "https://worker.example/api/jobs/run",
        "JOB_QUEUE_RUNNER_SECRET": SECRET,
    }
    outcome = cli("runbook", **known)
    assert "`https://worker.example/api/jobs/run`" in outcome.out
    assert SECRET not in outcome.told


def test_it_is_written_to_a_file_whose_folder_is_made(cli: Cli, project_folder: Path) -> None:
    outcome = cli("runbook", "--out", "docs/ops/playbook.md")
    assert (outcome.status, outcome.out) == (ExitStatus.OK, "")
    page = (project_folder / "docs" / "ops" / "playbook.md").read_text(encoding="utf-8")
    assert page.endswith("- Escalation: Platform team for Supabase cron/pg_net issues.\n")


def test_a_file_that_cannot_be_written_is_an_error(cli: Cli) -> None:
    outcome = cli("runbook", "--out", "ops/config/job_queue.yaml/page.md")
    assert outcome.status == ExitStatus.ERROR
    assert outcome.err.startswith("error: ops/config/job_queue.yaml/page.md: cannot write: ")
