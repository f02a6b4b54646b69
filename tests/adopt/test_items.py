"""Cron jobs and secrets made by hand are declared as they are, and are ours from then on."""

from __future__ import annotations

import pytest

from supaops.adopt import What
from supaops.adopt.items import Item
from supaops.db.connect import Connection, connect
from supaops.errors import Refused, SupaopsError, UsageError
from supaops.local import Stack
from supaops.plan import Action
from tests.adopt.conftest import Import
from tests.projects import Project, overlay_file

pytestmark = pytest.mark.stack

TOKEN = "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl"


def schedule(db: Connection, name: str, command: str, at: str = "0 3 * * *") -> int:
    row = db.execute("select cron.schedule(%s, %s, %s) as jobid", (name, at, command)).fetchone()
    return int((row or {})["jobid"])


def verdicts(found: tuple[Item, ...]) -> dict[str, str | None]:
    return {item.live.name: item.fault for item in found}


def written(project: Project) -> str:
    return overlay_file(project.folder).read_text(encoding="utf-8")


def test_a_job_is_declared_as_it_is_and_the_next_plan_says_nothing_of_it(
    empty: Import, project: Project, db: Connection
) -> None:
    jobid = schedule(db, "nightly", "select 1\n  as one -- kept\n")
    before = project.config_path.read_text()
    empty.carry_out(empty.wanted(What.CRON))
    assert project.config.cron.jobs["nightly"].sql == "select 1\n  as one -- kept\n"
    assert written(project).startswith("\ncron:\n  jobs:\n    job_queue_worker: {active: false}\n")
    assert project.config_path.read_text() == before
    project.apply(db)
    assert project.plan(db).pending == []
    found = db.execute("select jobid from cron.job where jobname = 'nightly'").fetchone()
    assert found == {"jobid": jobid}


def test_a_job_is_owned_at_once(empty: Import, project: Project, db: Connection) -> None:
    """So that a plan which changes its command is an update and no conflict."""
    schedule(db, "nightly", "select 1")
    empty.carry_out(empty.wanted(What.CRON))
    project.write_overlay(written(project).replace("select 1", "select 2"))
    change = next(c for c in project.plan(db).changes if c.address == "cron_job.nightly")
    assert change.action is Action.UPDATE


def test_a_paused_job_stays_paused(empty: Import, project: Project, db: Connection) -> None:
    jobid = schedule(db, "nightly", "select 1")
    db.execute("select cron.alter_job(%s, active := false)", (jobid,))
    empty.carry_out(empty.wanted(What.CRON))
    assert project.config.cron.jobs["nightly"].active is False


@pytest.mark.parametrize("call", ["trigger_worker", "cleanup", "maintain"])
def test_a_job_that_calls_the_queue_is_declared_by_call(
    empty: Import, project: Project, db: Connection, call: str
) -> None:
    project.write_overlay("cron:\n  jobs:\n    job_queue_worker: null\n")
    schedule(db, "wake", f"select public.job_queue_{call}()", "30 seconds")
    empty.carry_out(empty.wanted(What.CRON))
    assert project.config.cron.jobs["wake"].call == call


def test_a_job_that_is_declared_already_becomes_ours_and_the_plan_shows_what_differs(
    empty: Import, project: Project, db: Connection
) -> None:
    schedule(db, "job_queue_worker", "select net.http_post('http://127.0.0.1:9')")
    before = written(project)
    empty.carry_out(empty.wanted(What.CRON))
    assert written(project) == before
    change = next(c for c in project.plan(db).changes if c.address == "cron_job.job_queue_worker")
    assert change.action is Action.UPDATE


@pytest.mark.parametrize(
    ("name", "command", "at", "fault"),
    [
        ("two", "select 1; select 2", "0 3 * * *", "expected one SQL statement, found 2"),
        ("broken", "select from from", "0 3 * * *", "is a syntax error"),
        ("token", f"select '{TOKEN}'", "0 3 * * *", "its command holds a JSON web token"),
        (" padded", "select 1", "0 3 * * *", "expected printable text"),
        (TOKEN, "select 1", "0 3 * * *", "its name holds a JSON web token"),
        (
            "reader",
            "select decrypted_secret from vault.decrypted_secrets where name = 'other'",
            "0 3 * * *",
            "it reads the secret other, which vault.secrets does not declare",
        ),
    ],
)
def test_a_job_that_cannot_be_declared_is_left_with_a_reason(
    empty: Import, project: Project, db: Connection, name: str, command: str, at: str, fault: str
) -> None:
    schedule(db, name, command, at)
    schedule(db, "good", "select 1")
    found = empty.discover(empty.wanted(What.CRON))
    assert fault in (verdicts(found.items)[name] or "")
    assert all(item.remedy for item in found.items if item.fault and "syntax" not in item.fault)
    empty.carry_out(empty.wanted(What.CRON))
    assert "good" in project.config.cron.jobs
    assert TOKEN not in written(project)
    left = next(c for c in project.plan(db).changes if c.address == f"cron_job.{name}")
    assert left.action is Action.FOREIGN


HEADER = "select net.http_post('http://a.b', headers := "


@pytest.mark.parametrize(
    ("command", "is_left"),
    [
        (f"{HEADER}jsonb_build_object('x-job-runner-secret', 'hunter2hunter2'))", True),
        (HEADER + """'{"Authorization": "Bearer 0123456789"}')""", True),
        (f"{HEADER}jsonb_build_object('X-API-Key', E'0123456789'))", True),
        (f"{HEADER}jsonb_build_object('Authorization', 'Bearer ' || (select 'x')))", False),
        (f"{HEADER}jsonb_build_object('x-kind', 'a long plain word'))", False),
        ("select 'prefix-of-the-stored-value-and-more'", True),
    ],
)
def test_a_credential_in_a_command_never_gets_into_the_yaml(
    empty: Import,
    project: Project,
    db: Connection,
    command: str,
    is_left: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    db.execute("select vault.create_secret('the-stored-value', 'theirs')")
    schedule(db, "job", command)
    found = verdicts(empty.discover(empty.wanted(What.CRON)).items)
    assert (found["job"] is not None) == is_left
    empty.carry_out(empty.wanted(What.ALL))
    assert ("job" in project.config.cron.jobs) != is_left


def test_hostile_names_and_commands_come_through_to_the_byte(
    empty: Import, project: Project, db: Connection
) -> None:
    commands = {
        "on": "select 'no'",
        "a: b #c": "select ': # not a comment'",
        "{{ x }}": "select '{{ y }}', $tag$ ' \" \\ $tag$",
        "üñí 'q' \"d\"": "select 'tab\there', E'\\x01'",
        "crlf": "select 1,\r\n 2",
        "null": "select '  lead'  ",
        "1:30": "-- first\n\n  select 1\n\n-- last\n\n",
        "*": "select '%s', '%(name)s'",
    }
    for name, command in commands.items():
        schedule(db, name, command)
    empty.carry_out(empty.wanted(What.CRON))
    jobs = project.config.cron.jobs
    assert {name: jobs[name].sql for name in commands} == commands
    project.apply(db)
    assert project.plan(db).pending == []


def test_a_secret_is_declared_by_name_and_its_value_stays_where_it_is(
    empty: Import, project: Project, db: Connection
) -> None:
    db.execute("select vault.create_secret('hush-hush-hush-hush', 'stripe-key', 'For Stripe: #1')")
    empty.carry_out(empty.wanted(What.SECRETS))
    secret = project.config.vault.secrets["stripe-key"]
    assert (str(secret.value), secret.description) == ("env(STRIPE_KEY)", "For Stripe: #1")
    for text in (written(project), *recorded(db)):
        assert "hush-hush" not in text
    project.environ["STRIPE_KEY"] = "hush-hush-hush-hush"
    project.apply(db)
    assert project.plan(db).pending == []
    project.environ["STRIPE_KEY"] = "another-value-than-this"
    change = next(c for c in project.plan(db).changes if c.address == "vault_secret.stripe-key")
    assert change.action is Action.UPDATE


def recorded(db: Connection) -> list[str]:
    rows = db.execute("select r::text as a from supaops.resource r union all "
                      "select r::text from supaops.revision r")  # fmt: skip
    return [row["a"] for row in rows]


def test_variables_of_two_secrets_never_collide(
    empty: Import, project: Project, db: Connection
) -> None:
    for name in ("a-b", "a_b", "a b", "1x", "!"):
        db.execute("select vault.create_secret('value', %s)", (name,))
    empty.carry_out(empty.wanted(What.SECRETS))
    values = {name: str(each.value) for name, each in project.config.vault.secrets.items()}
    assert len(set(values.values())) == len(values) == 7
    assert values["1x"] == "env(SECRET_1X)"
    assert values["!"] == "env(SECRET)"


def test_a_job_that_reads_a_secret_comes_along_with_it(
    empty: Import, project: Project, db: Connection
) -> None:
    db.execute("select vault.create_secret('value', 'other')")
    schedule(
        db, "reader", "select decrypted_secret from vault.decrypted_secrets where name = 'other'"
    )
    empty.carry_out(empty.wanted(What.ALL))
    assert "reader" in project.config.cron.jobs
    assert "other" in project.config.vault.secrets


def test_only_the_named_ones_are_imported(empty: Import, project: Project, db: Connection) -> None:
    for name in ("one", "two"):
        schedule(db, name, "select 1")
    empty.carry_out(empty.wanted(What.CRON, "two"))
    assert set(project.config.cron.jobs) & {"one", "two"} == {"two"}
    with pytest.raises(UsageError, match="no cron job 'tow' to import") as caught:
        empty.discover(empty.wanted(What.CRON, "tow"))
    assert "one" in (caught.value.hint or "")
    assert empty.discover(empty.wanted(What.CRON, "two")).is_empty


def test_a_second_import_finds_nothing(empty: Import, project: Project, db: Connection) -> None:
    schedule(db, "nightly", "select 1")
    db.execute("select vault.create_secret('value', 'other')")
    empty.carry_out(empty.wanted(What.ALL))
    before = written(project)
    project.environ["OTHER"] = "value"
    assert empty.discover(empty.wanted(What.ALL)).is_empty
    assert empty.carry_out(empty.wanted(What.ALL)).revision_id is None
    assert written(project) == before


def test_what_has_no_name_is_told(empty: Import, db: Connection) -> None:
    db.execute("select cron.schedule('0 4 * * *', 'select 1')")
    db.execute("select vault.create_secret('value')")
    told = " ".join(empty.discover(empty.wanted(What.ALL)).unnamed)
    assert "(0 4 * * *) has no name" in told
    assert "secrets without a name: 1" in told


def test_the_base_file_is_written_on_request(
    empty: Import, project: Project, db: Connection
) -> None:
    schedule(db, "nightly", "select 1")
    before = project.config_path.read_text()
    empty.carry_out(empty.wanted(What.CRON, base=True))
    after = project.config_path.read_text()
    assert after.startswith(before)
    assert "nightly" in after
    assert "nightly" not in written(project)


def test_a_file_that_changed_meanwhile_undoes_the_import(
    empty: Import, project: Project, db: Connection
) -> None:
    schedule(db, "nightly", "select 1")
    wanted = empty.wanted(What.CRON)
    shown = empty.discover(wanted)
    project.write_overlay("# mine\n" + written(project))
    with pytest.raises((SupaopsError, Refused), match="changed"):
        empty.carry_out(wanted, shown)
    assert "nightly" not in written(project)
    assert db.execute("select to_regnamespace('supaops') as oid").fetchone() == {"oid": None}


def test_a_file_that_cannot_be_written_undoes_the_import(
    empty: Import, db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    schedule(db, "nightly", "select 1")
    monkeypatch.setattr("supaops.config.edit.tempfile.mkstemp", full)
    with pytest.raises(SupaopsError, match="cannot write the file: No space left"):
        empty.carry_out(empty.wanted(What.CRON))
    assert db.execute("select to_regnamespace('supaops') as oid").fetchone() == {"oid": None}


def test_a_commit_that_fails_takes_the_entries_back(
    empty: Import, project: Project, db: Connection, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule(db, "nightly", "select 1")
    wanted = empty.wanted(What.CRON)
    shown = empty.discover(wanted)
    write = type(shown.edit).write

    def written_then_cut(edit: object) -> None:
        write(edit)  # type: ignore[arg-type]  # the one there is
        assert "nightly" in written(project)
        with connect(stack.url) as other:
            other.execute("select pg_terminate_backend(%s, 5000)", (db.info.backend_pid,))

    before = written(project)
    monkeypatch.setattr("supaops.config.edit.Edit.write", written_then_cut)
    with pytest.raises(SupaopsError, match="importing: terminating connection"):
        empty.carry_out(wanted, shown)
    assert written(project) == before


def test_a_schema_in_the_way_is_refused(empty: Import, db: Connection) -> None:
    schedule(db, "nightly", "select 1")
    db.execute("create schema supaops")
    with pytest.raises(Refused, match="a schema supaops exists"):
        empty.carry_out(empty.wanted(What.CRON))


def test_an_import_is_a_revision_that_a_rollback_knows(
    empty: Import, project: Project, db: Connection
) -> None:
    jobid = schedule(db, "nightly", "select 1")
    done = empty.carry_out(empty.wanted(What.CRON))
    project.apply(db)
    schedule(db, "weekly", "select 7")
    later = empty.carry_out(empty.wanted(What.CRON))
    kept = db.execute(
        "select address, min(revision_id) as revision_id from supaops.resource_version "
        "where address in ('cron_job.nightly', 'cron_job.weekly') group by 1 order by 1"
    ).fetchall()
    assert kept == [  # the apply between them gave the first one its guard
        {"address": "cron_job.nightly", "revision_id": done.revision_id},
        {"address": "cron_job.weekly", "revision_id": later.revision_id},
    ]
    assert db.execute("select jobid from cron.job where jobname = 'nightly'").fetchone() == {
        "jobid": jobid
    }
