"""An earlier revision comes back: functions, schedules and settings, and never data."""

from __future__ import annotations

from dataclasses import replace

import pytest

from supaops.apply import Applied, Options, apply_plan, provenance
from supaops.db.connect import Connection
from supaops.db.history import bounds, versions_at
from supaops.errors import Refused, SupaopsError
from supaops.plan import Action, read_plan
from supaops.plan.rollback import KEPT, earlier, revived
from tests.projects import QUIET_CRON, Project

pytestmark = pytest.mark.stack

LONGER = """
worker: {batch_limit: 77}
queue: {task_types: {extra: {timeout: 3s}}, limits: {default: {concurrency: 3}}}
cron:
  jobs:
    job_queue_worker: {active: false, schedule: "*/7 * * * *"}
    job_queue_cleanup_daily: null
    job_queue_maintenance: {active: false}
    nightly: {active: false, schedule: "0 0 1 1 *", sql: select 1}
"""


def roll_back(
    project: Project, db: Connection, number: int | None = None, *, force: bool = False
) -> Applied:
    desired = earlier(db, project.config, number, force=force)
    options = Options(prune=True, force=force)
    origin = provenance(project.folder)
    return apply_plan(db, desired, read_plan(db, desired), origin, options)


@pytest.fixture
def changed(applied: Project, db: Connection) -> Project:
    """Return a project with a second revision that changed, made and deleted something."""
    db.execute("select job_queue_enqueue('game_platform_sync')")
    applied.write_overlay(LONGER)
    applied.apply(db, Options(prune=True))
    return applied


def catalogue(db: Connection) -> list[tuple[object, ...]]:
    """Return all that a rollback brings back, as the database shows it."""
    rows = db.execute(
        """
        select p.oid::regprocedure::text as name, pg_get_functiondef(p.oid) as text
          from pg_proc p where pronamespace in ('supaops'::regnamespace, 'public'::regnamespace)
           and prokind = 'f' and not exists (
             select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
        union all
        select jobname, schedule || command || active from cron.job
        union all
        select 'task type ' || t.name, t::text from supaops.task_type t
        union all
        select 'limit ' || name, concat_ws(' ', scope, concurrency, rate, period) from supaops.limit
        order by 1
        """
    ).fetchall()
    return [tuple(row.values()) for row in rows]


def test_a_rollback_leaves_what_the_earlier_revision_left(applied: Project, db: Connection) -> None:
    before = catalogue(db)
    db.execute("select job_queue_enqueue('game_platform_sync')")
    applied.write_overlay(LONGER)
    applied.apply(db, Options(prune=True))
    assert catalogue(db) != before
    roll_back(applied, db)
    assert catalogue(db) == before
    assert db.execute("select count(*) as n from job_queue").fetchone() == {"n": 1}


def test_a_rollback_is_a_revision_that_can_be_rolled_back(changed: Project, db: Connection) -> None:
    after = catalogue(db)
    roll_back(changed, db)
    row = db.execute("select summary from supaops.revision order by id desc limit 1").fetchone()
    assert row is not None
    assert row["summary"].startswith("rollback to ")
    roll_back(changed, db)
    assert catalogue(db) == after


def test_after_a_rollback_a_plan_wants_what_the_config_still_says(
    changed: Project, db: Connection
) -> None:
    roll_back(changed, db)
    wanted = {change.address for change in changed.plan(db).pending}
    assert {"cron_job.job_queue_worker", "cron_job.nightly", "task_type.extra"} <= wanted
    changed.write_overlay(QUIET_CRON)
    assert changed.plan(db).pending == []


def test_a_rollback_to_a_named_revision_passes_over_those_between(
    changed: Project, db: Connection
) -> None:
    first = db.execute("select min(id) as id from supaops.revision").fetchone()
    assert first is not None
    changed.write_overlay(LONGER.replace("*/7", "*/9"))
    changed.apply(db)
    roll_back(changed, db, first["id"])
    row = db.execute("select schedule from cron.job where jobname = 'job_queue_worker'").fetchone()
    assert row == {"schedule": "* * * * *"}


def test_secrets_are_not_rolled_back(changed: Project, db: Connection) -> None:
    changed.environ["JOB_QUEUE_RUNNER_SECRET"] = "the-new-secret-of-the-worker"
    changed.apply(db)
    roll_back(changed, db)
    row = db.execute(
        "select decrypted_secret as value from vault.decrypted_secrets"
        " where name = 'job_queue_runner_secret'"
    ).fetchone()
    assert row == {"value": "the-new-secret-of-the-worker"}


def test_of_secrets_no_version_is_kept(applied: Project, db: Connection) -> None:
    del applied
    kept = db.execute("select from supaops.resource_version where kind = 'vault_secret'").fetchall()
    assert kept == []


def test_a_rollback_repairs_what_was_changed_by_hand(changed: Project, db: Connection) -> None:
    db.execute("drop function job_queue_stats()")
    roll_back(changed, db)
    assert db.execute("select from job_queue_stats()").fetchall() is not None


def test_a_change_by_hand_of_what_a_rollback_changes_is_a_conflict(
    changed: Project, db: Connection
) -> None:
    db.execute(
        "select cron.alter_job(jobid, schedule := '*/3 * * * *') from cron.job"
        " where jobname = 'job_queue_worker'"
    )
    with pytest.raises(Refused, match=r"cron_job\.job_queue_worker"):
        roll_back(changed, db)
    roll_back(changed, db, force=True)


@pytest.mark.parametrize("number", [0, 999])
def test_a_revision_that_there_is_not_is_an_error(
    applied: Project, db: Connection, number: int
) -> None:
    with pytest.raises(SupaopsError, match=f"there is no revision {number}"):
        roll_back(applied, db, number)


def test_the_first_revision_has_none_before_it(applied: Project, db: Connection) -> None:
    with pytest.raises(SupaopsError, match="there is no earlier revision"):
        roll_back(applied, db)


def test_a_database_without_any_apply_has_no_history(project: Project, db: Connection) -> None:
    with pytest.raises(SupaopsError, match="no history yet"):
        roll_back(project, db)


def test_a_revision_from_before_the_texts_were_kept_is_refused(
    changed: Project, db: Connection
) -> None:
    db.execute(
        "update supaops.installation set history_since = (select max(id) from supaops.revision)"
    )
    with pytest.raises(SupaopsError, match="were not kept"):
        roll_back(changed, db)


def test_functions_made_for_other_tables_come_back_only_by_force(
    changed: Project, db: Connection
) -> None:
    db.execute(
        "insert into supaops.resource_version values ('schema.999_later',"
        " (select max(id) from supaops.revision), 'schema', 'select 1')"
    )
    with pytest.raises(Refused, match=r"schema\.999_later ran, which is never rolled back"):
        roll_back(changed, db)
    roll_back(changed, db, force=True)


def test_what_is_brought_back_is_what_was_rendered(applied: Project, db: Connection) -> None:
    """Text alone is kept: all else that an apply needs of a resource is read from it."""
    newest = bounds(db).newest
    assert newest is not None
    back = revived(versions_at(db, newest), "config")
    rendered = [each for each in applied.desired.resources if each.kind not in KEPT]
    assert back == tuple(replace(each, source="config") for each in rendered)


def test_a_plan_of_a_rollback_says_nothing_of_tables_and_secrets(
    changed: Project, db: Connection
) -> None:
    desired = earlier(db, changed.config, None, force=False)
    plan = read_plan(db, desired)
    assert {change.kind for change in plan.changes} & KEPT == set()
    assert plan.of(Action.DELETE)


def test_a_database_from_before_the_history_can_be_rolled_back_to_where_it_is(
    applied: Project, db: Connection
) -> None:
    db.execute(
        """
        drop table supaops.resource_version;
        alter table supaops.installation drop column history_since;
        delete from supaops.resource
         where address in ('schema.012_history', 'grant.supaops.resource_version');
        """
    )
    upgraded = applied.apply(db).revision_id
    applied.write_overlay(LONGER)
    applied.apply(db, Options(prune=True))
    roll_back(applied, db)
    assert applied.plan(db).of(Action.UPDATE)
    applied.write_overlay(QUIET_CRON)
    assert applied.plan(db).pending == []
    assert bounds(db).since == upgraded - 1 if upgraded else 0
