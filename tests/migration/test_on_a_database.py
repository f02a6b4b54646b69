"""Migrations on a real database, run as the Supabase CLI runs them."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from supaops.apply import Options, apply_plan, provenance
from supaops.db.connect import Connection, connect
from supaops.db.history import revision, revisions
from supaops.local import Stack
from supaops.plan import Action, read_plan
from supaops.plan.rollback import earlier
from tests.apply.test_vault_key import spoil
from tests.migration.conftest import assert_nothing_to_do, fill_vault, push, run, upcoming, write
from tests.projects import QUIET_CRON, Project

pytestmark = pytest.mark.stack

HOSTILE = """
queue:
  task_types:
    game_platform_sync:
      description: "$definition$; $supaops$ '' \\" \\\\ -- /* %s %% {{ }} \\u00e4\\u2028 $"
      payload: {type: object, properties: {"a'b$definition$": {type: string}}}
cron:
  jobs:
    job_queue_worker: {active: false}
    job_queue_cleanup_daily: {active: false}
    job_queue_maintenance: {active: false}
    "it's; $definition$ \\"quoted\\" -- \\u00e4":
      schedule: "0 0 1 1 *"
      sql: "select $supaops$ ; $supaops$, '%(name)s', E'\\\\n''', $definition_$x$definition_$"
vault:
  secrets:
    "it's; a $definition$":
      description: "quote ' | $definition$ \\\\"
      value: env(JOB_QUEUE_RUNNER_SECRET)
"""


def cron_jobs(conn: Connection) -> dict[str, dict[str, Any]]:
    rows = conn.execute("select jobname, jobid, schedule, command, active from cron.job").fetchall()
    return {row["jobname"]: row for row in rows}


def test_after_a_migration_there_is_nothing_left_to_apply(project: Project, db: Connection) -> None:
    fill_vault(db, project)
    push(db, write(project))
    assert_nothing_to_do(project, db)
    job = db.execute("select job_queue_enqueue('game_platform_sync') as id").fetchone()
    assert job is not None


def test_a_migration_of_what_changed_leaves_nothing_to_apply(
    project: Project, db: Connection
) -> None:
    fill_vault(db, project)
    push(db, write(project))
    before = cron_jobs(db)
    project.write_overlay(
        "worker: {wake_on_enqueue: 1s}\n"
        "queue: {limits: {default: {concurrency: 3, rate: 5/m}}}\n"
        "cron: {jobs: {job_queue_worker: {schedule: '*/2 * * * *'}}}\n"
    )
    push(db, write(project, "faster"))
    assert_nothing_to_do(project, db)
    after = cron_jobs(db)
    assert after["job_queue_worker"]["schedule"] == "*/2 * * * *"
    assert after["job_queue_worker"]["active"]
    assert {name: it["jobid"] for name, it in after.items()} == {
        name: it["jobid"] for name, it in before.items()
    }


def test_a_migration_may_run_again(project: Project, db: Connection) -> None:
    fill_vault(db, project)
    found = write(project)
    push(db, found)
    push(db, found)
    assert_nothing_to_do(project, db)


def test_a_database_that_was_applied_to_before_takes_the_migration(
    project: Project, db: Connection
) -> None:
    project.apply(db)
    db.execute("select job_queue_enqueue('game_platform_sync')")
    before = cron_jobs(db)
    push(db, write(project))
    assert_nothing_to_do(project, db)
    assert cron_jobs(db) == before
    assert db.execute("select count(*) as n from job_queue").fetchone() == {"n": 1}


def test_a_change_by_hand_is_undone_and_recorded_as_an_apply_does(
    project: Project, db: Connection
) -> None:
    """The signature is another one, so that `create or replace` alone would not do."""
    project.apply(db)
    for statement in (
        "drop function public.job_queue_cleanup",
        "create function public.job_queue_cleanup(older_than interval) returns text return 'x'",
        "create function public.job_queue_cleanup(older_than text) returns text return 'x'",
        "grant execute on function public.job_queue_cleanup(interval) to anon",
        "grant select (payload) on public.job_queue to authenticated",
        "grant select on supaops.lease to authenticator",
        "alter table supaops.lease disable row level security",
        "select cron.alter_job(jobid, schedule := '1 1 1 1 *') from cron.job",
    ):
        db.execute(statement.encode())
    push(db, write(project))
    assert_nothing_to_do(project, db)
    assert db.execute(
        "select count(*) as n from pg_proc where proname = 'job_queue_cleanup'"
    ).fetchone() == {"n": 1}
    for access in (
        "has_function_privilege('anon', 'public.job_queue_cleanup(interval)', 'execute')",
        "has_column_privilege('authenticated', 'public.job_queue', 'payload', 'select')",
        "has_table_privilege('authenticator', 'supaops.lease', 'select')",
    ):
        assert db.execute(f"select {access} as has".encode()).fetchone() == {"has": False}


def test_what_is_pruned_is_deleted(project: Project, db: Connection) -> None:
    project.write_overlay(
        f"{QUIET_CRON}    extra: {{schedule: '0 0 1 1 *', sql: select 1}}\n"
        "queue:\n  limits: {default: {concurrency: 3}}\n"
        "  task_types: {extra: {max_attempts: 1}}\n"
        "vault: {secrets: {extra: {value: env(JOB_QUEUE_RUNNER_SECRET)}}}\n"
    )
    fill_vault(db, project)
    push(db, write(project))
    assert_nothing_to_do(project, db)
    db.execute("select cron.schedule('theirs', '0 0 1 1 *', 'select 1')")
    project.write_overlay(QUIET_CRON)
    found = write(project, "without_extra", prune=True)
    assert {"cron_job.extra", "task_type.extra", "vault_secret.extra"} < set(found.due.removed)
    push(db, found)
    assert project.plan(db).pending == []
    assert "theirs" in cron_jobs(db)
    assert "extra" not in cron_jobs(db)
    names = db.execute("select array_agg(name) as names from vault.secrets").fetchone()
    assert names is not None
    assert "extra" not in names["names"]


def test_what_is_not_ours_is_never_pruned(project: Project, db: Connection) -> None:
    project.write_overlay(f"{QUIET_CRON}    extra: {{schedule: '0 0 1 1 *', sql: select 1}}\n")
    write(project)
    project.write_overlay(QUIET_CRON)
    project.apply(db)
    db.execute("select cron.schedule('extra', '0 0 1 1 *', 'select 2')")
    push(db, write(project, "without_extra", prune=True))
    assert "extra" in cron_jobs(db)


@pytest.mark.parametrize(
    ("theirs", "named"),
    [
        (
            "create function public.job_queue_cleanup(older_than interval) returns int return 1",
            "function.public.job_queue_cleanup exists and was not made by supaops",
        ),
        (
            "select cron.schedule('job_queue_worker', '0 0 1 1 *', 'select 1')",
            "cron_job.job_queue_worker exists, differs, and was not made by supaops",
        ),
        ("create table public.job_queue (id int)", 'relation "job_queue" already exists'),
    ],
)
def test_what_somebody_else_made_stops_the_migration_and_nothing_is_left(
    project: Project, db: Connection, theirs: str, named: str
) -> None:
    db.execute(theirs.encode())
    with pytest.raises(psycopg.Error, match=named):
        push(db, write(project))
    assert db.execute("select to_regnamespace('supaops') as it").fetchone() == {"it": None}


def test_a_secret_that_vault_lacks_is_left_to_an_apply(project: Project, db: Connection) -> None:
    notices: list[str | None] = []
    db.add_notice_handler(lambda notice: notices.append(notice.message_primary))
    push(db, write(project))
    pending = project.plan(db).pending
    assert {each.address for each in pending} == {
        "vault_secret.job_queue_runner_secret",
        "vault_secret.job_queue_worker_endpoint",
    }
    assert {each.action for each in pending} == {Action.CREATE}
    assert len([each for each in notices if each and "is not in Vault yet" in each]) == 2
    project.apply(db)
    assert_nothing_to_do(project, db)


def test_a_secret_that_vault_cannot_decrypt_stops_nothing(
    project: Project, db: Connection, stack: Stack
) -> None:
    fill_vault(db, project)
    spoil(stack, "job_queue_runner_secret")
    push(db, write(project))
    assert [each.address for each in project.plan(db).pending] == [
        "vault_secret.job_queue_runner_secret"
    ]


def test_a_secret_of_db_vault_with_a_later_migration_is_adopted(
    project: Project, db: Connection
) -> None:
    """As a push of somebody's own migration does, and ours has run before."""
    push(db, write(project))
    fill_vault(db, project)
    assert {each.action for each in project.plan(db).pending} == {Action.CREATE}
    project.apply(db)
    assert_nothing_to_do(project, db)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_hostile_names_and_texts_arrive_as_they_are(
    project: Project, db: Connection, line_end: str
) -> None:
    project.write_overlay(HOSTILE)
    fill_vault(db, project)
    found = write(project)
    run(db, found.text.replace("\n", line_end))
    assert_nothing_to_do(project, db)
    assert not upcoming(project).is_due
    assert all(
        secret.get_secret_value() not in found.text for secret in project.resolved.secrets.values()
    )


def test_the_revision_names_the_file(project: Project, db: Connection) -> None:
    push(db, write(project))
    assert db.execute(
        "select environment, applied_by, git_sha from supaops.revision"
    ).fetchall() == [
        {
            "environment": "test",
            "applied_by": "migration 20261127120000_supaops.sql",
            "git_sha": None,
        }
    ]


def test_what_a_migration_made_is_in_the_history_and_can_be_brought_back(
    project: Project, db: Connection
) -> None:
    extra = "cron: {{jobs: {{extra: {{schedule: '{}', sql: select 1}}}}}}\n"
    for schedule in ("0 0 1 1 *", "0 0 2 2 *"):
        project.write_overlay(extra.format(schedule))
        push(db, write(project))
    project.write_overlay("{}")
    push(db, write(project, prune=True))
    [deleted, changed, created] = revisions(db, 10)
    assert deleted.summary == "0 written, 1 deleted"
    assert [each["address"] for each in revision(db, changed.id).plan["changes"]] == [
        "cron_job.extra"
    ]
    for kept, schedule in ((changed, "0 0 2 2 *"), (created, "0 0 1 1 *")):
        wanted = earlier(db, project.config, kept.id, force=False)
        apply_plan(db, wanted, read_plan(db, wanted), provenance(project.folder), Options())
        assert cron_jobs(db)["extra"]["schedule"] == schedule


def test_a_shadow_database_without_the_extensions_takes_it(
    project: Project, db: Connection, stack: Stack
) -> None:
    """It has Supabase's roles, which are the cluster's, and nothing else."""
    db.execute("drop database if exists shadow")
    db.execute("create database shadow template template0")
    shadow = stack.url.replace("/postgres?", "/shadow?")
    first = write(project)
    project.write_overlay("cron: {jobs: {job_queue_worker: {schedule: '*/2 * * * *'}}}\n")
    second = write(project, "faster")
    try:
        with connect(shadow, application_name="pytest") as conn:
            push(conn, first)
            push(conn, second)
            rows = conn.execute("select kind, address from supaops.resource").fetchall()
            kinds = {"schema", "task_type", "function", "trigger", "grant", "view"}
            assert {row["kind"] for row in rows} == kinds
            # The others read pg_cron's and pg_net's tables.
            views = [row["address"] for row in rows if row["kind"] == "view"]
            assert views == ["view.supaops.total"]
            assert conn.execute("select job_queue_enqueue('game_platform_sync')").fetchone()
    finally:
        db.execute("drop database shadow")


def test_a_migration_leaves_a_cron_job_inactive_that_an_operator_has_paused(
    project: Project, db: Connection
) -> None:
    yearly = "cron: {jobs: {job_queue_worker: {schedule: '0 0 1 1 *'}}}"
    project.write_overlay(yearly)
    fill_vault(db, project)
    push(db, write(project))
    db.execute(
        "select cron.alter_job(jobid, active := false) from cron.job"
        " where jobname = 'job_queue_worker'"
    )
    db.execute(
        "insert into supaops.pause (queue, reason, paused_by, how, stopped)"
        " values ('*', 'x', 'ann', 'cron', '{job_queue_worker}')"
    )
    project.write_overlay(yearly.replace("1 1", "2 1"))
    push(db, write(project, "slower"))
    job = cron_jobs(db)["job_queue_worker"]
    assert (job["schedule"], job["active"]) == ("0 0 2 1 *", False)
    assert_nothing_to_do(project, db)


def test_a_migration_records_no_dummy_of_a_paused_secret(project: Project, db: Connection) -> None:
    fill_vault(db, project)
    push(db, write(project))
    db.execute(
        "select vault.update_secret(id, new_secret := 'PAUSED') from vault.secrets"
        " where name = 'job_queue_runner_secret'"
    )
    project.write_overlay(
        QUIET_CRON + "worker: {batch_limit: 7}\n"
        "vault: {secrets: {job_queue_runner_secret: {description: other}}}\n"
    )
    push(db, write(project, "other"))
    assert_nothing_to_do(project, db)
