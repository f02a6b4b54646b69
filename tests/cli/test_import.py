"""`supaops import`, as a user types it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from supaops.db.connect import Connection
from supaops.status import ExitStatus
from tests.adopt.conftest import BY_HAND, ROWS
from tests.cli.conftest import Cli
from tests.projects import overlay_file
from tests.terminal import supaops

pytestmark = pytest.mark.stack


def make_everything(db: Connection) -> None:
    db.execute(BY_HAND.encode() + ROWS.encode())
    db.execute("select cron.schedule('nightly', '0 3 * * *', 'select 1')")
    db.execute("select cron.schedule('two', '0 3 * * *', 'select 1; select 2')")
    db.execute("select vault.create_secret('hush-hush-hush-hush', 'stripe')")


def test_a_plan_shows_everything_and_changes_nothing(
    cli: Cli, db: Connection, variables: dict[str, str], project_folder: Path
) -> None:
    make_everything(db)
    before = overlay_file(project_folder).read_text()
    told = cli("import", "--plan", **variables)
    assert told.status == ExitStatus.OK
    for part in (
        "+ import   cron_job.nightly",
        ". left     cron_job.two  expected one SQL statement, found 2",
        "value: env(STRIPE)",
        "~ import   table public.job_queue",
        "payload becomes jsonb, from json",
        "function public.job_queue_enqueue(text,jsonb) is yours and stays: an overload of ours",
        "function public.job_queue_cleanup(interval) is yours and stays: in conflict with ours",
        "Import: 1 cron job, 1 secret and the table.",
    ):
        assert part in told.out
    assert "hush" not in told.told
    assert overlay_file(project_folder).read_text() == before
    assert db.execute("select to_regnamespace('supaops') as oid").fetchone() == {"oid": None}


def test_an_import_asks_first_and_says_what_comes_next(
    cli: Cli, db: Connection, variables: dict[str, str]
) -> None:
    make_everything(db)
    refused = cli("import", **variables)
    assert refused.status == ExitStatus.REFUSED
    assert "there is no terminal to ask whether to import this in test" in refused.err
    done = cli("import", "--yes", **variables)
    assert done.status == ExitStatus.OK
    assert "Imported 1 cron job, 1 secret and a table of 5 jobs as revision 1." in done.out
    assert "Set STRIPE before the next plan" in done.out
    again = cli("import", "--yes", **variables, STRIPE="hush-hush-hush-hush")
    assert again.status == ExitStatus.OK
    assert "Nothing to import." in again.out


def test_a_table_that_cannot_be_brought_over_exits_5_with_every_reason(
    cli: Cli, db: Connection, variables: dict[str, str]
) -> None:
    make_everything(db)
    db.execute("update public.job_queue set status = 'running' where id = 1")
    db.execute(
        "alter table public.job_queue add constraint c check (status <> 'cancelled') not valid"
    )
    told = cli("import", "table", "--yes", **variables)
    assert told.status == ExitStatus.REFUSED
    assert "Import: refused, for 2 reasons against the table." in told.out
    assert "alter table public.job_queue drop constraint c" in told.out
    assert "--status running=pending" in told.out
    assert "error: public.job_queue: the table stays as it is for 2 reasons" in told.err
    db.execute("alter table public.job_queue drop constraint c")
    assert (
        cli("import", "table", "--yes", "--status", "running=pending", **variables).status
        == ExitStatus.OK
    )


def test_a_protected_environment_must_be_typed(
    cli: Cli, db: Connection, variables: dict[str, str], project_folder: Path
) -> None:
    overlay_file(project_folder).write_text(
        overlay_file(project_folder).read_text() + "protected: true\n"
    )
    db.execute("select cron.schedule('nightly', '0 3 * * *', 'select 1')")
    assert cli("import", "cron", "--yes", **variables).status == ExitStatus.REFUSED
    assert cli("import", "cron", "--plan", **variables).status == ExitStatus.OK
    assert cli("import", "cron", "--yes", "--env", "test", **variables).status == ExitStatus.OK


@pytest.mark.parametrize(
    "words",
    [
        ("table", "--status", "queued"),
        ("table", "--status", "queued=waiting"),
        ("table", "--status", "pending=running"),
        ("table", "one"),
        ("cron", "no-such-job"),
        ("everything",),
    ],
)
def test_a_wrong_command_line_exits_64(
    cli: Cli, db: Connection, variables: dict[str, str], words: tuple[str, ...]
) -> None:
    del db
    told = cli("import", *words, **variables)
    assert told.status == ExitStatus.USAGE
    assert "fix: " in told.err


def test_a_status_with_an_equals_sign_can_be_named(
    cli: Cli, db: Connection, variables: dict[str, str]
) -> None:
    db.execute("create table public.job_queue (id int primary key, task_type text, status text)")
    db.execute("insert into public.job_queue values (1, 'game_platform_sync', 'a=b')")
    told = cli("import", "table", "--yes", "--status", "a=b=pending", **variables)
    assert told.status == ExitStatus.OK


@pytest.mark.parametrize("columns", [80, 60])
def test_what_is_found_fits_a_terminal(
    project_folder: Path, db: Connection, variables: dict[str, str], columns: int
) -> None:
    make_everything(db)
    db.execute("update public.job_queue set status = 'running' where id = 1")
    ran = supaops(
        "import",
        "--plan",
        folder=project_folder,
        variables=variables,
        terminals="out err",
        columns=columns,
    )
    entries = re.compile(r"      (sql|schedule|value|description): ")
    assert [line for line in ran.lines if len(line) > columns and not entries.match(line)] == []


def test_hostile_names_do_not_reach_the_terminal(
    cli: Cli, db: Connection, variables: dict[str, str]
) -> None:
    db.execute("select cron.schedule(E'a\\x1b[2Jb', '0 3 * * *', 'select 1')")
    db.execute('create table public.job_queue (id int primary key, task_type text, status text, '
               '"a\x1b[2Jb; drop table x" int not null)')  # fmt: skip
    told = cli("import", "--plan", **variables)
    assert "\x1b[2J" not in told.told
    assert told.status == ExitStatus.REFUSED
