"""What a plan says of a database that was changed behind its back."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from supaops.apply import Options
from supaops.db.connect import Connection
from supaops.errors import MissingExtension, Refused
from supaops.plan import Action, Plan, difference, document
from supaops.report.plan_text import plan_lines
from tests.projects import QUIET_CRON, Project

pytestmark = pytest.mark.stack

SECRET = "job_queue_runner_secret"

HAND_EDITS = {
    "cron_job.job_queue_worker": (
        "select cron.alter_job(jobid, schedule := '*/9 * * * *') from cron.job "
        "where jobname = 'job_queue_worker'"
    ),
    "function.public.job_queue_resume": (
        "create or replace function public.job_queue_resume(queue text, task_type text default '*')"
        " returns boolean language sql as $$ select true $$"
    ),
    "view.public.job_queue_dispatch_history": (
        "create or replace view public.job_queue_dispatch_history with (security_invoker = false) "
        "as select * from public.job_queue_dispatch_history"
    ),
    "trigger.public.job_queue.job_queue_hand_edit": (
        "alter table public.job_queue disable trigger job_queue_hand_edit"
    ),
    "grant.public.job_queue_claim": "grant execute on function public.job_queue_claim to anon",
    "grant.public.job_queue": "grant select on table public.job_queue to authenticated",
    "task_type.game_platform_sync": (
        "update supaops.task_type set max_attempts = 99 where name = 'game_platform_sync'"
    ),
    f"vault_secret.{SECRET}": (
        f"select vault.update_secret(id, 'somebody else''s value') from vault.secrets "
        f"where name = '{SECRET}'"
    ),
}

DELETIONS = {
    "cron_job.job_queue_worker": "select cron.unschedule('job_queue_worker')",
    "function.public.job_queue_stats": "drop function public.job_queue_stats()",
    "view.public.job_queue_cron_history": "drop view public.job_queue_cron_history",
    "trigger.public.job_queue.job_queue_hand_edit": (
        "drop trigger job_queue_hand_edit on public.job_queue"
    ),
    "task_type.game_platform_sync": (
        "delete from supaops.task_type where name = 'game_platform_sync'"
    ),
    f"vault_secret.{SECRET}": f"delete from vault.secrets where name = '{SECRET}'",
}


def addresses(plan: Plan, *actions: Action) -> set[str]:
    return {change.address for change in plan.of(*actions)}


def run(db: Connection, statements: Iterable[str]) -> None:
    for statement in statements:
        db.execute(statement.encode())


def test_an_empty_database_gets_everything_created(project: Project, db: Connection) -> None:
    plan = project.plan(db)
    assert {change.action for change in plan.changes} == {Action.CREATE}
    assert "cron_job.job_queue_worker" in addresses(plan, Action.CREATE)


def test_a_plan_writes_nothing(project: Project, db: Connection) -> None:
    project.plan(db)
    row = db.execute("select to_regnamespace('supaops') as schema").fetchone()
    assert row == {"schema": None}


def test_after_an_apply_there_is_nothing_to_do(applied: Project, db: Connection) -> None:
    plan = applied.plan(db)
    assert plan.pending == []
    assert [line.plain for line in plan_lines(plan)] == ["No changes: test is as declared."]
    assert applied.apply(db).revision_id is None


@pytest.mark.parametrize("address", HAND_EDITS)
def test_a_hand_edit_is_drift_of_that_object_and_an_apply_repairs_it(
    applied: Project, db: Connection, address: str
) -> None:
    run(db, [HAND_EDITS[address]])
    found = addresses(applied.plan(db), Action.DRIFT)
    assert address in found
    # A view's replacement, and only that, may take its grants along.
    assert found <= {address, address.replace("function.", "grant.").replace("view.", "grant.")}
    applied.apply(db)
    assert applied.plan(db).pending == []


@pytest.mark.parametrize("address", DELETIONS)
def test_a_deleted_object_is_drift_and_an_apply_brings_it_back(
    applied: Project, db: Connection, address: str
) -> None:
    run(db, [DELETIONS[address]])
    assert address in addresses(applied.plan(db), Action.DRIFT)
    applied.apply(db)
    assert applied.plan(db).pending == []


def test_every_drift_at_once_is_named_and_repaired(applied: Project, db: Connection) -> None:
    run(db, HAND_EDITS.values())
    assert addresses(applied.plan(db), Action.DRIFT) >= set(HAND_EDITS)
    applied.apply(db)
    assert applied.plan(db).pending == []


def test_repairing_a_schedule_keeps_the_job_id(applied: Project, db: Connection) -> None:
    job_id = "select jobid from cron.job where jobname = 'job_queue_worker'"
    before = db.execute(job_id.encode()).fetchone()
    run(db, [HAND_EDITS["cron_job.job_queue_worker"]])
    applied.apply(db)
    assert db.execute(job_id.encode()).fetchone() == before


def test_a_changed_schedule_in_the_yaml_is_an_update_in_place(
    applied: Project, db: Connection
) -> None:
    job = "select jobid, schedule, active from cron.job where jobname = 'job_queue_worker'"
    before = db.execute(job.encode()).fetchone() or {}
    applied.write_overlay("cron: {jobs: {job_queue_worker: {schedule: '*/7 * * * *'}}}")
    assert "cron_job.job_queue_worker" in addresses(applied.plan(db), Action.UPDATE)
    applied.apply(db)
    after = db.execute(job.encode()).fetchone()
    assert after == {"jobid": before["jobid"], "schedule": "*/7 * * * *", "active": True}


def test_an_added_overload_is_drift_and_is_removed(applied: Project, db: Connection) -> None:
    run(db, ["create function public.job_queue_resume(i integer) returns int return 1"])
    assert "function.public.job_queue_resume" in addresses(applied.plan(db), Action.DRIFT)
    applied.apply(db)
    rows = db.execute("select 1 from pg_proc where proname = 'job_queue_resume'").fetchall()
    assert len(rows) == 1


def test_a_function_whose_result_type_changed_by_hand_is_replaced_with_its_grants(
    applied: Project, db: Connection
) -> None:
    run(
        db,
        [
            "drop function public.job_queue_resume(text, text)",
            "create function public.job_queue_resume(q text, t text) returns text return 'yes'",
        ],
    )
    applied.apply(db)
    assert applied.plan(db).pending == []
    row = db.execute(
        "select has_function_privilege('anon', 'job_queue_resume(text, text)', 'execute') as anon"
    ).fetchone()
    assert row == {"anon": False}


def test_both_sides_moving_is_a_conflict_that_needs_force(applied: Project, db: Connection) -> None:
    run(db, [HAND_EDITS["cron_job.job_queue_worker"]])
    applied.write_overlay("cron: {jobs: {job_queue_worker: {schedule: '1 2 3 4 5'}}}")
    assert addresses(applied.plan(db), Action.CONFLICT) == {"cron_job.job_queue_worker"}
    with pytest.raises(Refused, match="changed both in the config and outside"):
        applied.apply(db)
    applied.apply(db, Options(force=True))
    assert applied.plan(db).pending == []


def test_an_object_of_the_same_name_that_is_not_ours_is_a_conflict(
    project: Project, db: Connection
) -> None:
    run(db, ["select cron.schedule('job_queue_worker', '0 0 1 1 *', 'select 1')"])
    plan = project.plan(db)
    assert addresses(plan, Action.CONFLICT) == {"cron_job.job_queue_worker"}
    with pytest.raises(Refused, match="was not made by supaops"):
        project.apply(db)


def test_a_secret_that_is_already_as_declared_is_adopted(project: Project, db: Connection) -> None:
    value = project.environ["JOB_QUEUE_RUNNER_SECRET"]
    description = project.config.vault.secrets[SECRET].description
    db.execute("select vault.create_secret(%s, %s, %s)", (value, SECRET, description))
    change = next(c for c in project.plan(db).changes if c.address == f"vault_secret.{SECRET}")
    assert (change.action, "adopted" in change.reason) == (Action.CREATE, True)
    project.apply(db)
    assert project.plan(db).pending == []


def test_what_is_no_longer_declared_is_deleted_only_on_request(
    applied: Project, db: Connection
) -> None:
    applied.write_overlay(f"{QUIET_CRON}    extra: {{schedule: '0 0 1 1 *', sql: select 1}}\n")
    applied.apply(db)
    applied.write_overlay(QUIET_CRON)
    assert addresses(applied.plan(db), Action.DELETE) == {"cron_job.extra"}
    assert applied.apply(db).revision_id is None
    applied.apply(db, Options(prune=True))
    assert applied.plan(db).pending == []
    assert db.execute("select 1 from cron.job where jobname = 'extra'").fetchone() is None


def test_foreign_objects_are_listed_and_left_alone(applied: Project, db: Connection) -> None:
    run(
        db,
        [
            "select cron.schedule('theirs', '0 0 1 1 *', 'select 1')",
            "select vault.create_secret('their secret value', 'theirs')",
            "create function public.job_queue_theirs() returns int return 1",
            "create procedure public.job_queue_claim() language sql as 'select 1'",
            "grant execute on procedure public.job_queue_claim() to anon",
        ],
    )
    theirs = {"cron_job.theirs", "vault_secret.theirs", "function.public.job_queue_theirs"}
    plan = applied.plan(db)
    assert addresses(plan, Action.FOREIGN) == theirs
    assert plan.pending == []
    applied.apply(db, Options(prune=True))
    assert addresses(applied.plan(db), Action.FOREIGN) == theirs
    allowed = "has_function_privilege('anon', 'public.job_queue_claim()', 'execute') as allowed"
    assert db.execute(f"select {allowed}".encode()).fetchone() == {"allowed": True}


def test_a_changed_secret_shows_that_it_differs_and_never_its_value(
    applied: Project, db: Connection
) -> None:
    before = applied.environ["JOB_QUEUE_RUNNER_SECRET"]
    applied.environ["JOB_QUEUE_RUNNER_SECRET"] = "a-new-value-of-the-secret"
    plan = applied.plan(db)
    change = next(c for c in plan.changes if c.address == f"vault_secret.{SECRET}")
    assert change.action is Action.UPDATE
    assert difference(change) == ["~ value differs"]
    told = f"{list(plan_lines(plan, verbose=True))}{document(plan)}"
    assert "a-new-value" not in told
    assert before not in told
    applied.apply(db)
    row = db.execute(
        "select decrypted_secret from vault.decrypted_secrets where name = %s", (SECRET,)
    ).fetchone()
    assert row == {"decrypted_secret": "a-new-value-of-the-secret"}


def test_the_record_of_an_apply_holds_no_secret(applied: Project, db: Connection) -> None:
    rows = db.execute(
        "select to_jsonb(r)::text as told from supaops.resource r "
        "union all select to_jsonb(v)::text from supaops.revision v"
    ).fetchall()
    secret = applied.environ["JOB_QUEUE_RUNNER_SECRET"]
    assert rows
    assert all(secret not in row["told"] for row in rows)


def test_a_changed_schema_step_is_refused_even_by_force(applied: Project, db: Connection) -> None:
    db.execute("update supaops.resource set sha256 = 'other' where address = 'schema.001_supaops'")
    with pytest.raises(Refused, match="append-only"):
        applied.apply(db, Options(force=True))


def test_a_missing_extension_names_it_and_the_statement_that_adds_it(
    project: Project, db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = "supaops.db.live._one"
    monkeypatch.setattr(
        facts,
        lambda *_: {
            "has_cron": False,
            "has_net": True,
            "has_vault": True,
            "database": "app",
            "missing_roles": [],
            "server_version_num": 170000,
        },
    )
    with pytest.raises(MissingExtension, match="database app lacks pg_cron") as caught:
        project.plan(db)
    assert "create extension pg_cron" in (caught.value.hint or "")


def test_the_number_of_queries_does_not_grow_with_the_objects(
    applied: Project, db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements: list[object] = []
    original = db.execute

    def counting(statement: object, *arguments: object, **options: object) -> object:
        statements.append(statement)
        return original(statement, *arguments, **options)  # type: ignore[call-overload]  # a spy

    monkeypatch.setattr(db, "execute", counting)
    applied.plan(db)
    assert len(statements) <= 15


def test_a_backoff_of_a_task_type_is_applied_and_its_drift_repaired(
    applied: Project, db: Connection
) -> None:
    address = "task_type.game_platform_sync"
    retry = "{base: 90s, factor: 3, max: 2h, jitter: 0.5}"
    applied.write_overlay(
        QUIET_CRON + f"queue: {{task_types: {{game_platform_sync: {{retry: {retry}}}}}}}\n"
    )
    assert addresses(applied.plan(db), Action.UPDATE) == {address}
    applied.apply(db)
    assert applied.plan(db).pending == []
    delay = (
        "select extract(epoch from supaops.retry_delay('game_platform_sync', 2, 0.5))::float as s"
    )
    assert db.execute(delay.encode()).fetchone() == {"s": 270.0}
    run(db, ["update supaops.task_type set retry_max = null where name = 'game_platform_sync'"])
    assert addresses(applied.plan(db), Action.DRIFT) == {address}
    applied.apply(db)
    assert applied.plan(db).pending == []


def test_limits_are_applied_changed_repaired_and_taken_back(
    applied: Project, db: Connection
) -> None:
    limits = "queue: {limits: {default: {concurrency: %s, rate: 20/m}}}\n"
    address = "limit.queue.default"
    applied.write_overlay(QUIET_CRON + limits % 2)
    assert address in addresses(applied.plan(db), Action.CREATE)
    applied.apply(db)
    assert applied.plan(db).pending == []
    for _ in range(5):
        db.execute("select job_queue_enqueue('game_platform_sync')")
    claim = "select count(*) as jobs from job_queue_claim(9)"
    assert db.execute(claim.encode()).fetchone() == {"jobs": 2}
    run(db, ["update supaops.limit set concurrency = 9"])
    assert addresses(applied.plan(db), Action.DRIFT) == {address}
    applied.write_overlay(QUIET_CRON + limits % 3)
    applied.apply(db, Options(force=True))
    assert db.execute(claim.encode()).fetchone() == {"jobs": 1}
    applied.write_overlay(QUIET_CRON)
    assert addresses(applied.plan(db), Action.DELETE) == {address}
    applied.apply(db, Options(prune=True))
    assert applied.plan(db).pending == []
    assert db.execute("select * from job_queue_limits()").fetchall() == []
    index = "select to_regclass('supaops.lease_limited_idx') as oid"
    assert db.execute(index.encode()).fetchone() == {"oid": None}, "each index costs each claim"
    assert db.execute(claim.encode()).fetchone() == {"jobs": 2}
