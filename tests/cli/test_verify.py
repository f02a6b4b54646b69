"""`supaops verify` as a user runs it: its options, its formats, and what it writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml

from supaops.checks.catalogue import CHECKS
from supaops.db.connect import Connection, connect
from supaops.local import Stack
from supaops.report.health.document import HealthDocument
from supaops.status import Severity
from tests.cli.conftest import Cli
from tests.projects import Arranged, overlay_file

SECRET = "a-secret-of-sixteen-or-more"
UNREACHABLE = {
    "DATABASE_URL": "postgresql://postgres:pass-word@127.0.0.1:9/postgres",
    "JOB_QUEUE_WORKER_ENDPOINT": "http://127.0.0.1:9/api/jobs/run",
    "JOB_QUEUE_RUNNER_SECRET": SECRET,
}
FORMATS = ["json", "junit", "github", "nagios"]


@pytest.fixture
def applied(cli: Cli, arranged: Arranged, variables: dict[str, str]) -> dict[str, str]:
    """Return the variables of an environment that was applied; nothing ticks by itself."""

    def apply(_: Connection) -> None:
        assert cli("apply", "--yes", **variables).status == 0

    arranged.require(variables["DATABASE_URL"], "applied", apply)
    return variables


def findings(cli: Cli, *words: str, **variables: str) -> dict[str, Any]:
    """Return what a program reads, by the check's id."""
    outcome = cli("verify", "--format", "json", *words, **variables)
    document = HealthDocument.model_validate_json(outcome.out)
    assert outcome.status == document.exit_code
    return {each["id"]: each for each in json.loads(outcome.out)["findings"]}


@pytest.mark.parametrize("output", FORMATS)
def test_an_unreachable_database_is_a_whole_document_without_a_password(
    cli: Cli, output: str
) -> None:
    outcome = cli("verify", "--format", output, **UNREACHABLE)
    assert outcome.status == Severity.UNKNOWN
    assert "conn.reachable" in outcome.out
    assert "cannot connect to postgres@127.0.0.1:9/postgres: Connection refused" in outcome.out
    assert "pass-word" not in outcome.told
    assert SECRET not in outcome.told


def test_each_format_of_an_unreachable_database_can_be_read(cli: Cli) -> None:
    told = findings(cli, **UNREACHABLE)
    assert list(told) == [each.id for each in CHECKS]
    assert told["conn.reachable"]["severity"] == "UNKNOWN"
    assert told["config.valid"]["severity"] == "OK"
    assert told["config.drift"]["observed"] == "needs conn.reachable"
    suites = JUnitXml.fromstring(cli("verify", "--format", "junit", **UNREACHABLE).out.encode())
    assert (suites.tests, suites.errors, suites.failures) == (len(CHECKS), 1, 0)
    [line, *long] = cli("verify", "--format", "nagios", **UNREACHABLE).out.splitlines()
    assert line.startswith("SUPAOPS UNKNOWN: test: 1 of ")
    assert len(long) == 1
    assert cli("verify", "--format", "github", **UNREACHABLE).out.startswith("::error title=")


def test_for_people_an_unreachable_database_is_an_error_and_no_list(cli: Cli) -> None:
    outcome = cli("verify", **UNREACHABLE)
    assert (outcome.status, outcome.out) == (Severity.UNKNOWN, "")
    assert "error: cannot connect to " in outcome.err


def test_an_invalid_yaml_is_a_document_too_at_its_line(cli: Cli, project_folder: Path) -> None:
    overlay_file(project_folder).write_text("queue: {leese: 5m}\n", encoding="utf-8")
    valid = findings(cli, **UNREACHABLE)["config.valid"]
    assert valid["severity"] == "UNKNOWN"
    assert valid["declared_at"] == "ops/config/environments/test.yaml:1:9"
    assert "did you mean `lease`?" in valid["fix"]
    line = cli("verify", "--format", "github").out
    assert line.startswith("::error file=ops/config/environments/test.yaml,line=1,col=9,title=")
    outcome = cli("verify")
    assert (outcome.status, outcome.out) == (Severity.UNKNOWN, "")
    assert outcome.err.startswith("error: ops/config/environments/test.yaml:1:9: ")


@pytest.mark.parametrize(
    "words", [("verify",), ("verify", "--list"), ("config", "check")], ids=" ".join
)
def test_a_check_to_skip_that_does_not_exist_is_an_error_at_its_line(
    cli: Cli, project_folder: Path, words: tuple[str, ...]
) -> None:
    overlay = "checks:\n  skip: [net, config.drit]\n"
    overlay_file(project_folder).write_text(overlay, encoding="utf-8")
    outcome = cli(*words, **UNREACHABLE)
    assert outcome.err == (
        "error: ops/config/environments/test.yaml:2:15: "
        "checks.skip: there is no check `config.drit`\n"
        "  fix: did you mean `config.drift`? all of them: supaops verify --list\n"
    )


def test_what_the_yaml_skips_is_left_out(cli: Cli, project_folder: Path) -> None:
    overlay_file(project_folder).write_text("checks: {skip: [net, config.drift]}\n")
    told = findings(cli, "--skip", "cron", **UNREACHABLE)
    assert "config.drift" not in told
    assert {each["group"] for each in told.values()} & {"net", "cron"} == set()


def test_a_misspelt_check_is_answered_by_what_was_meant(cli: Cli) -> None:
    outcome = cli("verify", "--only", "net.quoue", **UNREACHABLE)
    assert outcome.status == Severity.UNKNOWN
    assert "there is no check `net.quoue`" in outcome.err
    assert "did you mean `net.queue`?" in outcome.err


def test_the_list_needs_neither_database_nor_secret(cli: Cli) -> None:
    told = cli("verify", "--list").out
    assert all(each.id in told for each in CHECKS)
    assert "WARNING above 200, CRITICAL above 2,000" in told
    some = json.loads(cli("verify", "--list", "--only", "net.queue", "--format", "json").out)
    assert [each["id"] for each in some["checks"]] == ["net.queue"]
    assert cli("verify", "--list", "--format", "junit").status == Severity.UNKNOWN


def test_the_list_shows_the_thresholds_of_the_yaml(cli: Cli, project_folder: Path) -> None:
    overlay = "checks: {net: {queue: {warning: 5, critical: null}}}\n"
    overlay_file(project_folder).write_text(overlay, encoding="utf-8")
    told = cli("verify", "--list", "--only", "net.queue").out.splitlines()
    assert told[1].strip() == "WARNING above 5"


@pytest.mark.parametrize("option", ["--timeout", "--total-timeout"])
@pytest.mark.parametrize("value", ["soon", "0s"])
def test_a_time_that_is_none_is_refused_by_the_option_s_name(
    cli: Cli, option: str, value: str
) -> None:
    outcome = cli("verify", option, value, **UNREACHABLE)
    assert outcome.status == Severity.UNKNOWN
    assert outcome.err.startswith(f"error: {option}: ")


def test_a_crash_of_the_tool_is_unknown_and_no_traceback(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SUPAOPS_DEBUG", raising=False)
    monkeypatch.setattr("supaops.cli.verify.subject", lambda *_: 1 / 0)
    outcome = cli("verify", **UNREACHABLE)
    assert outcome.status == Severity.UNKNOWN
    assert "a defect of supaops: ZeroDivisionError" in outcome.err


def test_the_summary_of_a_run_of_github_actions_goes_to_its_file(cli: Cli, tmp_path: Path) -> None:
    page = tmp_path / "summary.md"
    page.write_text("before\n", encoding="utf-8")
    variables = {**UNREACHABLE, "GITHUB_STEP_SUMMARY": str(page)}
    assert cli("verify", "--format", "json", **variables)
    assert page.read_text(encoding="utf-8") == "before\n"
    assert "### Health" not in cli("verify", "--format", "github", **variables).out
    told = page.read_text(encoding="utf-8")
    assert told.startswith("before\n### Health of `test`: UNKNOWN\n")
    assert "`conn.reachable`" in told


def test_a_summary_that_cannot_be_written_is_an_error(cli: Cli, tmp_path: Path) -> None:
    variables = {**UNREACHABLE, "GITHUB_STEP_SUMMARY": str(tmp_path)}
    outcome = cli("verify", "--format", "github", **variables)
    assert outcome.status == Severity.UNKNOWN
    assert "cannot write the summary" in outcome.err


@pytest.mark.stack
def test_a_secret_that_is_not_set_leaves_the_other_checks(
    cli: Cli, applied: dict[str, str]
) -> None:
    given = {name: value for name, value in applied.items() if name != "JOB_QUEUE_RUNNER_SECRET"}
    told = findings(cli, **given)
    assert told["config.sources"]["severity"] == "UNKNOWN"
    assert told["config.sources"]["fix"] == "export JOB_QUEUE_RUNNER_SECRET=..."
    assert told["config.drift"]["severity"] == "OK", "what is not known is no drift"


@pytest.mark.stack
@pytest.mark.parametrize(
    ("words", "status"),
    [
        ((), Severity.WARNING),
        (("--fail-on", "critical"), Severity.OK),
        (("--fail-on", "never"), Severity.OK),
        (("--only", "config.valid"), Severity.OK),
        (("--skip", "config.drift"), Severity.OK),
    ],
    ids=str,
)
def test_what_fails_is_what_was_asked_to(
    cli: Cli, db: Connection, applied: dict[str, str], words: tuple[str, ...], status: int
) -> None:
    db.execute(
        "select vault.update_secret(id, new_description := 'by hand') from vault.secrets"
        " where name = 'job_queue_runner_secret'"
    )
    only = () if "--only" in words else ("--only", "config")
    assert cli("verify", *only, *words, **applied).status == status


@pytest.mark.stack
@pytest.mark.usefixtures("db")
def test_what_was_skipped_is_unknown_to_the_strict(cli: Cli, variables: dict[str, str]) -> None:
    words = ("verify", "--only", "config.valid", "--only", "config.drift")
    assert cli(*words, **variables).status == Severity.OK, "not applied: drift is skipped"
    assert cli(*words, "--strict", **variables).status == Severity.UNKNOWN


# An answer of pg_net that no tick has copied yet.
ANSWERED = """
with asked as (
  insert into supaops.dispatch (request_id, backend_pid, created_at)
  values (4711, 1, now() - interval '1 second') returning id
), answered as (
  insert into net._http_response (id, status_code, content, created) values (4711, 200, '', now())
)
select id from asked
"""
SAVED = "select status_code from supaops.dispatch where request_id = 4711"


@pytest.fixture
def answered(stack: Stack, applied: dict[str, str]) -> Iterator[Connection]:
    """Return a superuser's connection; pg_net holds an answer that the ledger lacks."""
    del applied
    with connect(stack.admin_url, application_name="pytest") as admin:
        admin.execute(ANSWERED)
        yield admin


def saved(admin: Connection) -> object:
    row = admin.execute(SAVED).fetchone()
    assert row is not None
    return row["status_code"]


@pytest.mark.stack
def test_pg_net_s_answers_are_saved_before_the_checks_look(
    cli: Cli, answered: Connection, applied: dict[str, str]
) -> None:
    cli("verify", "--no-harvest", **applied)
    assert saved(answered) is None
    cli("verify", **applied)
    assert saved(answered) == 200


@pytest.mark.stack
def test_that_they_cannot_be_saved_is_no_fault_of_verify(
    cli: Cli, answered: Connection, applied: dict[str, str]
) -> None:
    """A server that refuses to write, and a row that somebody else holds."""
    refused = {**applied, "PGOPTIONS": "-c default_transaction_read_only=on"}
    words = ("verify", "--only", "config", "--format", "json")
    assert json.loads(cli(*words, **refused).out)["status"] == "OK"
    with answered.transaction():
        answered.execute("select from supaops.dispatch where request_id = 4711 for update")
        assert json.loads(cli(*words, **applied).out)["status"] == "OK"
    assert saved(answered) is None


@pytest.mark.stack
@pytest.mark.usefixtures("db")
def test_before_the_first_apply_there_is_nothing_to_save(
    cli: Cli, variables: dict[str, str]
) -> None:
    outcome = cli("verify", **variables)
    assert outcome.status == Severity.CRITICAL
    assert "never applied" in outcome.out


@pytest.mark.stack
def test_a_lock_makes_unknown_what_waits_for_it_and_no_more(
    cli: Cli, applied: dict[str, str], stack: Stack
) -> None:
    with connect(stack.url, application_name="pytest") as other, other.transaction():
        other.execute("lock table supaops.dispatch in access exclusive mode")
        told = findings(cli, "--timeout", "300ms", "--no-harvest", **applied)
    late = {name for name, each in told.items() if each["observed"] == "no answer within 0.3 s"}
    assert "config.drift" in late, "the plan reads views of the ledger"
    assert any(name.startswith("net.") for name in late)
    assert {told[name]["severity"] for name in late} == {"UNKNOWN"}
    for name in ("config.valid", "config.applied", "conn.reachable"):
        assert told[name]["severity"] == "OK"


@pytest.mark.stack
def test_no_time_at_all_leaves_everything_unknown(cli: Cli, applied: dict[str, str]) -> None:
    told = findings(cli, "--total-timeout", "1ms", "--only", "net", **applied)
    assert {each["severity"] for each in told.values()} <= {"UNKNOWN", "SKIPPED"}


@pytest.mark.stack
def test_the_target_is_told_without_its_password(cli: Cli, applied: dict[str, str]) -> None:
    outcome = cli("verify", "--format", "json", **applied)
    assert json.loads(outcome.out)["target"].startswith("postgres@127.0.0.1:")
    assert "://" not in outcome.out


@pytest.mark.stack
@pytest.mark.parametrize("output", ["text", *FORMATS])
def test_no_format_shows_a_secret(cli: Cli, applied: dict[str, str], output: str) -> None:
    told = cli("verify", "-v", "--format", output, **applied).told
    assert applied["JOB_QUEUE_RUNNER_SECRET"] not in told
