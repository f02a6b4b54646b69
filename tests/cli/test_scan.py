"""`supaops scan`: secrets in files, in cron's commands and in its history."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from supaops.db import scan as db_scan
from supaops.db.connect import Connection, connect
from supaops.db.queries import query
from supaops.local import Stack
from supaops.status import ExitStatus
from tests.cli.conftest import Cli

TOKEN = "ey" + "JhbGciOiJIUzI1NiJ9.eyJyb2xlIjoieCJ9.c2ln"
KEY = "sk_" + "live_abcdefghijklmnop"
RUN = """
insert into cron.job_run_details (jobid, runid, username, command, return_message, start_time)
values (1, %s, 'postgres', %s, %s, now() - %s::interval)
"""
FILES = ("scan", "--no-database")


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def history(stack: Stack, db: Connection) -> Iterator[Connection]:
    """Return a connection that may write cron's history, which is empty."""
    db.execute("delete from cron.job_run_details")
    with connect(stack.admin_url) as connection:
        yield connection


def test_a_clean_project_exits_0_and_says_what_was_read(cli: Cli) -> None:
    outcome = cli(*FILES)
    assert outcome.status == ExitStatus.OK
    assert "read: 2 files, " in outcome.out
    assert "not read: the database: --no-database" in outcome.out
    assert outcome.out.endswith("test: no secret found.\n")


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("supabase/migrations/1_x.sql", "supabase/migrations/1_x.sql:2:3"),
        ("supabase/seed.sql", "supabase/seed.sql:2:3"),
        ("supabase/config.toml", "supabase/config.toml:2:3"),
        ("templates/sql/x.sql.j2", "templates/sql/x.sql.j2:2:3"),
        ("ops/config/environments/other.yaml", "ops/config/environments/other.yaml:2:3"),
    ],
)  # fmt: skip
def test_a_secret_in_a_file_is_found_and_not_shown(
    name: str, place: str, cli: Cli, project_folder: Path
) -> None:
    write(project_folder, name, f"{{}}\n# {TOKEN}\n")
    outcome = cli(*FILES)
    assert outcome.status == ExitStatus.ERROR
    assert f"  x {place}  a JSON web token\n      fix: " in outcome.out
    assert TOKEN not in outcome.told


def test_a_secret_that_makes_the_yaml_invalid_is_still_found(
    cli: Cli, project_folder: Path
) -> None:
    write(project_folder, "ops/config/environments/test.yaml", f"worker:\n  secret: {TOKEN}\n")
    outcome = cli("scan")
    assert outcome.status == ExitStatus.ERROR
    assert "  x ops/config/environments/test.yaml:2:11  a JSON web token" in outcome.out
    assert "not read: rendered SQL and the database: the YAML is not valid" in outcome.out
    assert TOKEN not in outcome.told


def test_a_yaml_that_is_wrong_otherwise_is_an_error(cli: Cli, project_folder: Path) -> None:
    write(project_folder, "ops/config/environments/test.yaml", "worker: {secrat: x}\n")
    outcome = cli(*FILES)
    assert outcome.status == ExitStatus.ERROR
    assert "worker.secrat: unknown key" in outcome.err
    assert outcome.out == ""


def test_the_value_of_a_declared_secret_is_found_by_name(cli: Cli, project_folder: Path) -> None:
    write(project_folder, "supabase/seed.sql", "select 'it''s the runner''s value'")
    value = {"JOB_QUEUE_RUNNER_SECRET": "it's the runner's value"}
    outcome = cli(*FILES, **value)
    assert outcome.status == ExitStatus.ERROR
    assert (
        "supabase/seed.sql:1:9  the value of vault.secrets.job_queue_runner_secret" in outcome.out
    )
    assert "the runner's" not in outcome.told.replace("''", "'")


def test_a_secret_without_a_value_here_is_named_as_not_compared(cli: Cli) -> None:
    outcome = cli(*FILES)
    assert (
        "not read: the value of vault.secrets.job_queue_runner_secret: "
        "env(JOB_QUEUE_RUNNER_SECRET) leads to none here"
    ) in outcome.out


def test_a_file_that_cannot_be_read_is_named(cli: Cli, project_folder: Path) -> None:
    write(project_folder, "supabase/large.sql", "x" * 5_000_001)
    assert "not read: supabase/large.sql: larger than 5 MB" in cli(*FILES).out


def test_without_a_database_the_way_around_it_is_named(cli: Cli) -> None:
    unset = cli("scan")
    assert unset.status == ExitStatus.ERROR
    assert "fix: export DATABASE_URL=...; or scan files alone: --no-database" in unset.err
    closed = cli("scan", DATABASE_URL="postgresql://postgres:pw-of-mine@127.0.0.1:1/postgres")
    assert closed.status == ExitStatus.ERROR
    assert closed.err.endswith("or scan files alone: --no-database\n")
    assert "pw-of-mine" not in closed.told


def test_without_a_local_stack_the_way_around_it_is_named(cli: Cli, project_folder: Path) -> None:
    write(project_folder, "ops/config/environments/test.yaml", "database: {url: local}\n")
    outcome = cli("scan")
    assert outcome.status == ExitStatus.ERROR
    assert outcome.err.endswith("or scan files alone: --no-database\n")
    assert cli(*FILES).status == ExitStatus.OK


def test_a_time_that_is_none_is_a_usage_error(cli: Cli) -> None:
    outcome = cli(*FILES, "--since", "soon")
    assert outcome.status == ExitStatus.USAGE
    assert "--since: expected a duration" in outcome.err


@pytest.mark.stack
@pytest.mark.usefixtures("history")
def test_a_secret_in_a_cron_command_is_found(
    cli: Cli, db: Connection, variables: dict[str, str]
) -> None:
    command = f"select 1;\nselect '{KEY}'"
    db.execute("select cron.schedule('nightly', '0 0 1 1 *', %s)", (command,))
    db.execute("select cron.schedule('hourly', '0 0 1 1 *', %s)",
               (f"select '{variables['JOB_QUEUE_RUNNER_SECRET']}'",))  # fmt: skip
    outcome = cli("scan", "--format", "json", **variables)
    assert outcome.status == ExitStatus.ERROR
    assert [(leak["place"], leak["kind"]) for leak in json.loads(outcome.out)["leaks"]] == [
        ('cron.job "nightly":2:9', "a Stripe key"),
        ('cron.job "hourly":1:9', "the value of vault.secrets.job_queue_runner_secret"),
    ]
    assert KEY not in outcome.told


@pytest.mark.stack
def test_secrets_in_run_history_are_found_once_for_equal_runs(
    cli: Cli, history: Connection, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db_scan, "STRETCH", 2)
    for runid, command, message, age in (
        (10, f"select '{KEY}'", "1 row", "3 days"),
        (11, "select 1", f"ERROR:  no such key: {KEY}", "2 days"),
        (12, f"select '{KEY}'", "1 row", "1 day"),
        (13, "select 1", "1 row", "1 hour"),
    ):
        history.execute(RUN, (runid, command, message, age))
    outcome = cli("scan", "--format", "json", **variables)
    data = json.loads(outcome.out)
    assert {leak["place"] for leak in data["leaks"]} == {
        "cron.job_run_details runid 12 and 1 like it, command:1:9",
        "cron.job_run_details runid 11, return_message:1:22",
    }
    assert "4 cron runs" in data["read"]
    assert not any("too many" in clause for clause in data["not_read"])
    assert KEY not in outcome.told
    assert cli("scan", "--since", "1m", **variables).status == ExitStatus.ERROR


@pytest.mark.stack
def test_a_long_history_is_read_back_to_since_and_no_further(
    cli: Cli,
    history: Connection,
    variables: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    project_folder: Path,
) -> None:
    monkeypatch.setattr(db_scan, "STRETCH", 3)
    for runid in range(1, 10):  # one a day, the newest last
        text = f"select '{KEY}'" if runid == 1 else f"select {runid}"
        history.execute(RUN, (runid, text, "1 row", f"{9 - runid} days 1 minute"))
    week = cli("scan", "--since", "4d", **variables)
    assert week.status == ExitStatus.OK
    assert "6 cron runs" in week.out
    assert "not read: cron runs before " in week.out
    assert "not read: net.http_request_queue: " in week.out
    assert cli("scan", "--since", "30d", **variables).status == ExitStatus.ERROR
    write(project_folder, "ops/config/environments/test.yaml", "worker: {auth: signature}\n")
    assert "http_request_queue" not in cli("scan", "--since", "4d", **variables).out
    monkeypatch.setattr(db_scan, "MAX_RUNS", 3)
    cut = cli("scan", "--since", "30d", **variables)
    assert "not read: cron runs before number 7: there are too many; shorten --since" in cut.out


@pytest.mark.stack
def test_the_history_is_read_along_its_index(history: Connection) -> None:
    history.execute("set enable_seqscan = off")
    parameters = {"before": 5, "limit": 3}
    rows = history.execute(f"explain {query('scan.runs')}".encode(), parameters).fetchall()
    told = " ".join(row["QUERY PLAN"] for row in rows)
    assert "Index Scan Backward using job_run_details_pkey" in told


def test_annotations_are_for_github(cli: Cli, project_folder: Path) -> None:
    write(project_folder, "supabase/seed.sql", KEY)
    outcome = cli(*FILES, "--format", "github")
    assert outcome.status == ExitStatus.ERROR
    assert outcome.out.startswith("::error file=supabase/seed.sql,line=1,col=1,title=supaops scan")
