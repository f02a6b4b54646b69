"""An environment whose values come from files and commands, as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from supaops.db.connect import Connection
from supaops.status import ExitStatus
from tests.cli.conftest import Cli

VALUE = "the-runner-secret-of-a-file"
OVERLAY = """\
database: {url: "cmd(cat secrets/url)"}
vault:
  secrets:
    job_queue_runner_secret: {value: file(secrets/runner)}
    job_queue_worker_endpoint: {value: "cmd(sh -c 'echo ran >> ran; cat secrets/endpoint')"}
cron:
  jobs:
    job_queue_worker: {active: false}
"""


@pytest.fixture
def secrets(project_folder: Path) -> Path:
    """Return the folder of the values; the overlay names them."""
    overlay = project_folder / "ops" / "config" / "environments" / "test.yaml"
    overlay.write_text(OVERLAY, encoding="utf-8")
    folder = project_folder / "secrets"
    folder.mkdir()
    (folder / "runner").write_text(f"{VALUE}\n", encoding="utf-8")
    (folder / "endpoint").write_text("http://127.0.0.1:8787/api/jobs/run\n", encoding="utf-8")
    return folder


@pytest.mark.stack
def test_an_apply_takes_values_from_files_and_commands_and_shows_none(
    cli: Cli, db: Connection, variables: dict[str, str], secrets: Path
) -> None:
    (secrets / "url").write_text(variables["DATABASE_URL"] + "\n", encoding="utf-8")
    told = ""
    for words in (["plan"], ["apply", "--yes"], ["plan", "--exit-code"], ["config", "check"]):
        outcome = cli(*words)
        assert outcome.status == ExitStatus.OK
        told += outcome.told
    rows = db.execute("select name, decrypted_secret as value from vault.decrypted_secrets")
    assert {row["name"]: row["value"] for row in rows} == {
        "job_queue_runner_secret": VALUE,
        "job_queue_worker_endpoint": "http://127.0.0.1:8787/api/jobs/run",
    }
    assert VALUE not in told


@pytest.mark.usefixtures("secrets")
def test_what_is_printed_of_a_config_is_the_reference(cli: Cli, project_folder: Path) -> None:
    shown = json.loads(cli("config", "show").out)
    assert shown["database"]["url"] == "cmd(cat secrets/url)"
    values = {name: each["value"] for name, each in shown["vault"]["secrets"].items()}
    assert values == {
        "job_queue_runner_secret": "file(secrets/runner)",
        "job_queue_worker_endpoint": "cmd(sh -c 'echo ran >> ran; cat secrets/endpoint')",
    }
    assert cli("render").status == ExitStatus.OK
    assert not (project_folder / "ran").exists()


def test_every_source_that_fails_is_told_at_once(
    cli: Cli, project_folder: Path, secrets: Path
) -> None:
    (secrets / "runner").unlink()
    (secrets / "endpoint").unlink()
    outcome = cli("plan")
    assert outcome.status == ExitStatus.ERROR
    assert outcome.err.splitlines() == [
        (
            "error: ops/config/environments/test.yaml:1:12: database.url: "
            "the command `cat` exited with status 1"
        ),
        "  fix: run it by hand to see what it says",
        (
            "error: ops/config/environments/test.yaml:5:33: "
            "vault.secrets.job_queue_worker_endpoint.value: the command `sh` exited with status 1"
        ),
        "  fix: run it by hand to see what it says",
        (
            "error: ops/config/environments/test.yaml:4:31: "
            "vault.secrets.job_queue_runner_secret.value: the file secrets/runner is not there"
        ),
        "  fix: write the value into it, and have git ignore it",
        "3 problems; nothing was done",
    ]
    assert (project_folder / "ran").exists()


@pytest.mark.stack
def test_a_database_of_supabase_start_is_local_too(
    cli: Cli, db: Connection, variables: dict[str, str], project_folder: Path
) -> None:
    """A program stands in for the CLI; tests/local/test_running.py says what it prints."""
    overlay = project_folder / "ops" / "config" / "environments" / "test.yaml"
    endpoint = "job_queue_worker_endpoint: {value: project_url(/functions/v1/job-runner)}"
    overlay.write_text(
        f"database: {{url: local}}\nvault: {{secrets: {{{endpoint}}}}}\n", encoding="utf-8"
    )
    (project_folder / "supabase").mkdir()
    (project_folder / "supabase" / "config.toml").touch()
    program = project_folder / "node_modules" / ".bin" / "supabase"
    program.parent.mkdir(parents=True)
    status = {"API_URL": "http://127.0.0.1:54321", "DB_URL": variables["DATABASE_URL"]}
    program.write_text(f"#!/bin/sh\necho '{json.dumps(status)}'\n", encoding="utf-8")
    program.chmod(0o755)
    outcome = cli("apply", "--yes", JOB_QUEUE_RUNNER_SECRET=VALUE)
    assert outcome.status == ExitStatus.OK
    row = db.execute("select supaops.vault_secret('job_queue_worker_endpoint') as url").fetchone()
    assert row == {"url": "http://api.supabase.internal:8000/functions/v1/job-runner"}
