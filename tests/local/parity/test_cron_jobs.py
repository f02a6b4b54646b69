from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from supaops.db.connect import Connection
from tests.local.parity.refusal import Refusal, refusal
from tests.waiting import until

pytestmark = [pytest.mark.stack, pytest.mark.parity]

OTHER = "supaops_parity"
NAMES_A_SCHEDULE = "Use cron format (e.g. 5 4 * * *), or interval format '[1-59] seconds'"

ACCEPTED = [
    "* * * * *", "*/5 0-6 1,15 jan-mar mon-fri", "0 0 $ * *", "5 4 * * sun", "0 0 * * 7",
    "@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually", "@reboot",
    "1 second", "1 seconds", "59 seconds", "  30  SECONDS  ", "* * * * * and the rest",
    "\t* * * * *", "# a comment\n* * * * *", "0-59/59 * * * *", "5,5,5 * * * *",
]  # fmt: skip
REFUSED = [
    "", " ", "* * * *", "60 seconds", "0 seconds", "-1 seconds", "1 minute", "30", "seconds",
    "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 0 *", "* * * 13 *", "* * * * 8",
    "*/0 * * * *", "*/60 * * * *", "5/15 * * * *", "a * * * *", "* * * * funday", "* * L * *",
    "$ * * * *", "@minutely", "@Hourly", "@every 5m", "1, * * * *", "*,61 * * * *", "? * * * *",
]  # fmt: skip

REFUSALS = {
    "select cron.schedule(null, '* * * * *', 'select 1')":
        Refusal("XX000", "job_name can not be NULL"),
    "select cron.schedule('x', null, 'select 1')":
        Refusal("XX000", "schedule can not be NULL"),
    "select cron.schedule('x', '* * * * *', null)":
        Refusal("XX000", "command can not be NULL"),
    "select cron.schedule('x', '60 seconds', 'select 1')":
        Refusal("22023", "invalid schedule: 60 seconds", hint=NAMES_A_SCHEDULE),
    "select cron.schedule('* * * *', 'select 1')":
        Refusal("22023", "invalid schedule: * * * *", hint=NAMES_A_SCHEDULE),
    "select cron.schedule_in_database('x', '* * * * *', 'select 1', 'nowhere')":
        Refusal("3D000", 'database "nowhere" does not exist'),
    "select cron.schedule_in_database('x', '* * * * *', 'select 1', 'postgres', 'postgres')":
        Refusal("XX000", "must be superuser to create a job for another role"),
    "select cron.alter_job(null, active := false)":
        Refusal("XX000", "job_id can not be NULL"),
    "select cron.alter_job(-1)":
        Refusal("XX000", "no updates specified",
                hint="You must specify at least one job attribute to change"
                     " when calling alter_job"),
    "select cron.alter_job(-1, active := false)":
        Refusal("XX000", "Job -1 does not exist or you don't own it"),
    "select cron.alter_job(-1, schedule := 'never')":
        Refusal("22023", "invalid schedule: never", hint=NAMES_A_SCHEDULE),
    "select cron.alter_job(-1, database := 'nowhere')":
        Refusal("3D000", 'database "nowhere" does not exist'),
    "select cron.alter_job(-1, username := 'postgres')":
        Refusal("XX000", "must be superuser to alter username"),
    "select cron.unschedule('nothing')":
        Refusal("XX000", "could not find valid entry for job 'nothing'"),
    "select cron.unschedule(-1)":
        Refusal("XX000", "could not find valid entry for job -1"),
    "insert into cron.job (schedule, command) values ('* * * * *', 'select 1')":
        Refusal("42501", "permission denied for table job"),
    "update cron.job set active = false":
        Refusal("42501", "permission denied for table job"),
    "delete from cron.job":
        Refusal("42501", "permission denied for table job"),
    "insert into cron.job_run_details (jobid) values (1)":
        Refusal("42501", "permission denied for sequence runid_seq"),
    "create table cron.mine ()":
        Refusal("42501", "permission denied for schema cron"),
    "drop extension pg_cron":
        Refusal("42501", "must be owner of extension pg_cron"),
}  # fmt: skip


def schedule(db: Connection, name: str, when: str = "0 0 1 1 *", command: str = "select 1") -> int:
    row = db.execute("select cron.schedule(%s, %s, %s) as id", (name, when, command)).fetchone()
    assert row
    return int(row["id"])


def job(db: Connection, jobid: int) -> dict[str, Any]:
    row = db.execute("select * from cron.job where jobid = %s", (jobid,)).fetchone()
    assert row
    return row


@contextmanager
def acting_as_another(db: Connection) -> Iterator[None]:
    """Be another role that may use cron; what it did is rolled back."""
    with db.transaction(force_rollback=True):
        db.execute(f"create role {OTHER} login; grant {OTHER} to postgres")
        db.execute(f"grant usage on schema cron to {OTHER}")
        db.execute(f"grant execute on function cron.alter_job to {OTHER}")
        db.execute(f"set local role {OTHER}")
        yield


@pytest.mark.parametrize("statement", REFUSALS)
def test_a_refusal_has_the_words_of_pg_cron(db: Connection, statement: str) -> None:
    assert refusal(db, statement) == REFUSALS[statement]


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_an_api_role_has_no_access(db: Connection, role: str) -> None:
    denied = Refusal("42501", "permission denied for schema cron")
    db.execute(f"set role {role}")
    for statement in (
        "select cron.schedule('* * * * *', 'x')",
        "select * from cron.job_run_details",
    ):
        assert refusal(db, statement) == denied


def test_a_schedule_is_judged_as_pg_cron_does(db: Connection) -> None:
    judged = {
        when: refusal(db, "select cron.schedule(%s, '')", when) for when in ACCEPTED + REFUSED
    }
    assert [when for when, said in judged.items() if said is None] == ACCEPTED
    assert {said.message for said in judged.values() if said} == {
        f"invalid schedule: {when}" for when in REFUSED
    }


def test_a_new_job_is_active_and_of_the_caller_and_this_database(db: Connection) -> None:
    jobid = schedule(db, "x", "@hourly", "select 2")
    expected = {"jobid": jobid, "schedule": "@hourly", "command": "select 2", "jobname": "x",
                "database": "postgres", "username": "postgres", "active": True}  # fmt: skip
    assert job(db, jobid).items() >= expected.items()


def test_a_job_without_a_name_is_a_new_one_each_time(db: Connection) -> None:
    ids = [
        db.execute("select cron.schedule('0 0 1 1 *', 'select 1') as id").fetchone()
        for _ in range(2)
    ]
    assert ids[0] != ids[1]
    assert db.execute("select distinct jobname from cron.job").fetchall() == [{"jobname": None}]


def test_the_same_name_changes_the_job_and_keeps_its_id(db: Connection) -> None:
    jobid = schedule(db, "x")
    assert schedule(db, "x", "30 seconds", "select 2") == jobid
    assert job(db, jobid).items() >= {"schedule": "30 seconds", "command": "select 2"}.items()


def test_scheduling_again_never_changes_whether_a_job_is_active(db: Connection) -> None:
    jobid = schedule(db, "x")
    db.execute("select cron.alter_job(%s, active := false)", (jobid,))
    schedule(db, "x", "30 seconds")
    again = "select cron.schedule_in_database('x', '@daily', 'x', 'postgres', active := true)"
    db.execute(again)
    assert job(db, jobid).items() >= {"active": False, "schedule": "@daily"}.items()


def test_a_job_can_be_born_inactive(db: Connection) -> None:
    db.execute("select cron.schedule_in_database('x', '@daily', 'x', 'postgres', active := false)")
    assert db.execute("select active from cron.job").fetchall() == [{"active": False}]


@pytest.mark.parametrize(
    ("argument", "value"),
    [("schedule", "@daily"), ("command", "select 2"), ("database", "template1"), ("active", False)],
)
def test_alter_job_changes_what_is_named_and_nothing_else(
    db: Connection, argument: str, value: object
) -> None:
    jobid = schedule(db, "x")
    before = job(db, jobid)
    db.execute(f"select cron.alter_job(%s, {argument} := %s)", (jobid, value))
    assert job(db, jobid) == {**before, argument: value}


def test_unscheduling_by_name_or_id_returns_true(db: Connection) -> None:
    schedule(db, "x")
    row = db.execute("select cron.unschedule('x') as x").fetchone()
    assert row == {"x": True}
    row = db.execute("select cron.unschedule(%s) as x", (schedule(db, "x"),)).fetchone()
    assert row == {"x": True}
    assert db.execute("select from cron.job").fetchall() == []


def test_a_removed_job_does_not_give_its_id_away(db: Connection) -> None:
    jobid = schedule(db, "x")
    db.execute("select cron.unschedule('x')")
    assert schedule(db, "x") > jobid


def test_the_two_argument_form_ignores_nulls(db: Connection) -> None:
    row = db.execute("select cron.schedule(null, 'x') as a, cron.unschedule(null::text) as b")
    assert row.fetchone() == {"a": None, "b": None}


def test_a_role_sees_its_own_jobs_and_runs_alone(db: Connection) -> None:
    schedule(db, "x")
    with acting_as_another(db):
        own = schedule(db, "x")
        seen = db.execute("select jobid, username from cron.job").fetchall()
        assert seen == [{"jobid": own, "username": OTHER}]
        assert db.execute("select from cron.job_run_details").fetchall() == []


def test_a_role_cannot_change_the_job_of_another(db: Connection) -> None:
    jobid = schedule(db, "x")
    with acting_as_another(db):
        assert [
            refusal(db, f"select cron.alter_job({jobid}, active := false)"),
            refusal(db, f"select cron.unschedule({jobid})"),
            refusal(db, "select cron.unschedule('x')"),
        ] == [
            Refusal("XX000", f"Job {jobid} does not exist or you don't own it"),
            Refusal("42501", "permission denied for table job"),
            Refusal("XX000", "could not find valid entry for job 'x'"),
        ]


def test_a_job_needs_the_right_to_connect_to_its_database(db: Connection) -> None:
    with db.transaction(force_rollback=True):
        db.execute("revoke connect on database postgres from public")
        with acting_as_another(db):
            said = refusal(db, "select cron.schedule('x', '* * * * *', 'select 1')")
    assert said == Refusal("XX000", f"User {OTHER} does not have CONNECT privilege on postgres")


def test_the_scheduler_shows_in_pg_stat_activity(db: Connection) -> None:
    query = "select from pg_stat_activity where application_name = 'pg_cron scheduler'"
    assert len(until(lambda: db.execute(query).fetchall())) == 1


def test_schedules_are_in_utc_and_jobs_in_database_postgres(db: Connection) -> None:
    row = db.execute(
        "select current_setting('cron.timezone') as zone,"
        " current_setting('cron.database_name') as database"
    ).fetchone()
    assert row == {"zone": "GMT", "database": "postgres"}
