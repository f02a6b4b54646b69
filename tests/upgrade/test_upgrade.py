"""`supaops upgrade`: when it is due, what it leaves alone, and what keeps it from being done."""

from __future__ import annotations

import json
from collections.abc import Callable

import psycopg
import pytest

from supaops.apply import apply_plan
from supaops.db.connect import Connection, connect
from supaops.errors import DatabaseError
from supaops.plan import Change, read_plan
from supaops.plan.upgrade import upgrading
from supaops.status import ExitStatus
from tests.projects import ORIGIN, reset
from tests.upgrade.catalogue import catalogue
from tests.upgrade.conftest import Old
from tests.upgrade.jobs import jobs, populate
from tests.upgrade.running import run

pytestmark = pytest.mark.stack


def test_check_says_what_is_due_and_exits_2(old: Old) -> None:
    found = run(old(16), "upgrade", "--check")
    assert found.status == ExitStatus.CHANGES
    assert "Schema version 16 -> 17" in found.out
    assert "schema.017_dashboard" in found.out


def test_plan_and_verify_tell_that_it_is_due_and_how_it_is_done(old: Old) -> None:
    project, told = old(16), "supaops upgrade --env test"
    assert told in run(project, "plan").err
    verified = run(project, "verify", "--only", "config.revision")
    assert (verified.status, told in verified.out) == (1, True)


def test_a_question_that_nobody_answers_changes_nothing(old: Old, conn: Connection) -> None:
    project = old(16)
    before = catalogue(conn)
    refused = run(project, "upgrade")
    assert (refused.status, "--yes" in refused.err) == (ExitStatus.REFUSED, True)
    assert catalogue(conn) == before


def test_it_brings_nothing_that_the_yaml_says_anew_and_needs_no_secret(
    old: Old, conn: Connection
) -> None:
    project = old(16)
    project.write_overlay(
        "queue: {task_types: {report: {}}}\n"
        "cron: {jobs: {job_queue_cleanup_daily: {schedule: '1 1 * * *'}}}\n"
    )
    secrets = {name.upper(): "" for name in project.config.vault.secrets}
    done = run(project, "upgrade", "--yes", "--format", "json", **secrets)
    told = json.loads(done.out)
    assert (done.status, told["revision"], told["steps"]) == (0, 2, ["017_dashboard"])
    left = {each.address for each in project.plan(conn).pending}
    assert left >= {"task_type.report", "cron_job.job_queue_cleanup_daily"}
    assert {each.partition(".")[0] for each in left} == {"task_type", "cron_job"}
    assert "upgrade to schema version 17" in run(project, "history").out
    over = run(project, "upgrade", "--check", "--format", "json")
    assert (over.status, json.loads(over.out)["is_due"]) == (0, False)


def test_the_database_of_another_environment_is_refused(old: Old, conn: Connection) -> None:
    project = old(16)
    conn.execute("update supaops.environment set name = 'production'")
    found = run(project, "upgrade", "--yes")
    assert (found.status, "belongs to" in found.err) == (ExitStatus.REFUSED, True)


def test_what_was_never_applied_cannot_be_upgraded(old: Old, conn: Connection) -> None:
    project = old(16)
    reset(conn)
    found = run(project, "upgrade", "--yes")
    assert found.status == ExitStatus.ERROR
    assert "supaops apply --env test" in found.err


def test_a_function_that_somebody_has_changed_keeps_it_from_being_done(
    old: Old, conn: Connection
) -> None:
    project = old(13)
    conn.execute("alter function public.job_queue_claim set jit = on")
    before = catalogue(conn)
    found = run(project, "upgrade", "--yes")
    assert found.status == ExitStatus.REFUSED
    assert "function.public.job_queue_claim was changed both" in found.err
    assert catalogue(conn) == before


def test_a_session_that_is_killed_half_way_leaves_the_old_version_whole(
    old: Old, conn: Connection
) -> None:
    project = old(13)
    populate(conn)
    before = catalogue(conn), jobs(conn)
    desired = upgrading(project.desired)
    with connect(project.url, application_name="pytest killed") as killed:
        plan = read_plan(killed, desired)
        kill = killing(conn, killed, "function.public.job_queue_claim")
        with pytest.raises((DatabaseError, psycopg.Error)):
            apply_plan(killed, desired, plan, ORIGIN, progress=kill)
    assert (catalogue(conn), jobs(conn)) == before
    assert run(project, "upgrade", "--yes").status == 0


def killing(conn: Connection, killed: Connection, at: str) -> Callable[[Change], None]:
    """Return what kills a session when it comes to a change."""

    def progress(change: Change) -> None:
        if change.address == at:
            conn.execute("select pg_terminate_backend(%s, 5000)", [killed.info.backend_pid])

    return progress
