"""`supaops doctor`: past the first error, with the why and the way to the runbook."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from supaops.checks.catalogue import CHECKS
from supaops.db.connect import Connection
from supaops.status import ExitStatus, Severity
from tests.cli.conftest import Cli
from tests.projects import ROOT, overlay_file
from tests.terminal import Ran, supaops

SECRET = "a-secret-of-sixteen-or-more"
NOWHERE = "postgresql://postgres:pass-word@127.0.0.1:9/postgres"


def test_an_invalid_yaml_is_a_finding_with_each_mistake_and_its_remedy(
    cli: Cli, project_folder: Path
) -> None:
    overlay = "queue: {leese: 5m}\nworker: {timeout: 5 parsecs}\n"
    overlay_file(project_folder).write_text(overlay, encoding="utf-8")
    outcome = cli("doctor")
    assert outcome.status == Severity.UNKNOWN
    assert "error: " not in outcome.err
    lines = [line.strip() for line in outcome.out.splitlines()]
    assert "UNKNOWN   config.valid  2 problems" in lines
    assert any(line.startswith("why: From an invalid YAML nothing can be ") for line in lines)
    mistakes = [line for line in lines if line.startswith("seen: ")]
    assert [re.match(r"seen: \S+test\.yaml:(\d+):", line) is not None for line in mistakes] == [
        True,
        True,
    ]
    assert "did you mean `lease`?" in mistakes[0]
    assert lines[-1] == "Step by step: supaops doctor --explain config.valid"


def test_unset_values_and_an_unreachable_database_are_told_at_once(cli: Cli) -> None:
    outcome = cli("doctor", DATABASE_URL=NOWHERE, JOB_QUEUE_RUNNER_SECRET=SECRET)
    assert outcome.status == Severity.UNKNOWN
    assert "JOB_QUEUE_WORKER_ENDPOINT is not set" in outcome.out
    assert "fix: export JOB_QUEUE_WORKER_ENDPOINT=..." in outcome.out
    assert "cannot connect to postgres@127.0.0.1:9/postgres" in outcome.out
    assert "runbook: supaops doctor --explain conn.reachable" in outcome.out
    assert "pass-word" not in outcome.told
    assert SECRET not in outcome.told


def test_without_any_value_it_says_which_lack(cli: Cli) -> None:
    found = json.loads(cli("doctor", "--format", "json").out)
    told = {each["id"]: each for each in found["findings"]}
    assert found["target"] is None
    assert len(told["config.sources"]["evidence"]) == 3
    assert "DATABASE_URL is not set" in told["conn.reachable"]["observed"]
    assert told["conn.reachable"]["fix"] == "export DATABASE_URL=..."


def test_a_local_stack_that_does_not_run_is_one_fault(cli: Cli, project_folder: Path) -> None:
    overlay_file(project_folder).write_text("database: {url: local}\n", encoding="utf-8")
    outcome = cli("doctor", "-v")
    assert outcome.status == Severity.UNKNOWN
    assert "UNKNOWN   conn.reachable" in outcome.out
    assert "fix: supaops local up; or: supabase start" in outcome.out
    assert "the local stack lends them, and does not run" in outcome.out
    assert "1 unknown, " in outcome.out.splitlines()[-2]


def test_a_database_url_that_is_none_is_a_finding_that_does_not_repeat_it(cli: Cli) -> None:
    outcome = cli("doctor", "--format", "json", DATABASE_URL="postgresql://u:pass-word@[::1/x")
    told = {each["id"]: each for each in json.loads(outcome.out)["findings"]}
    assert told["conn.reachable"]["severity"] == "UNKNOWN"
    assert "pass-word" not in outcome.told


def test_a_runbook_is_printed_as_it_stands(cli: Cli) -> None:
    outcome = cli("doctor", "--explain", "config.valid")
    assert outcome.status == ExitStatus.OK
    assert outcome.out == (ROOT / "docs" / "runbooks" / "config.valid.md").read_text()


def test_a_runbook_of_no_check_is_a_misspelling(cli: Cli) -> None:
    outcome = cli("doctor", "--explain", "config.vaild")
    assert outcome.status == Severity.UNKNOWN
    assert "did you mean `config.valid`?" in outcome.err


def test_a_group_has_no_runbook(cli: Cli) -> None:
    outcome = cli("doctor", "--explain", "config")
    assert outcome.status == Severity.UNKNOWN
    assert "there is no check `config`" in outcome.err


def test_a_runbook_that_is_not_installed_is_an_error(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("supaops.checks.runbooks._folder", lambda: tmp_path)
    outcome = cli("doctor", "--explain", "config.valid")
    assert outcome.status == Severity.UNKNOWN
    assert "docs/runbooks/config.valid.md in supaops' repository" in outcome.err


@pytest.mark.stack
@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("columns", [80, 60])
def test_it_fits_a_terminal_and_shows_marks(
    project_folder: Path, variables: dict[str, str], columns: int
) -> None:
    def shown(**more: str) -> Ran:
        return supaops(
            "doctor",
            "-v",
            folder=project_folder,
            variables={**variables, **more},
            terminals="out err",
            columns=columns,
        )

    marked, plain = shown(), shown(NO_COLOR="1")
    assert max(map(len, marked.lines)) <= columns
    assert any(line.startswith("[✗] config ") for line in marked.lines)
    assert any(line.startswith("CRITICAL config ") for line in plain.lines)
    assert "\x1b" not in plain.out


@pytest.mark.stack
def test_every_check_is_told_of_once(cli: Cli, db: Connection, variables: dict[str, str]) -> None:
    del db
    cli("apply", "--yes", **variables)
    found = json.loads(cli("doctor", "--format", "json", **variables).out)
    assert [each["id"] for each in found["findings"]] == [each.id for each in CHECKS]
