"""Copies of a database beside the real one, with real ticks, real posts and one real worker."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import LiteralString

import httpx
import pytest

from supaops.checks.finding import Finding
from supaops.checks.run import run_checks
from supaops.db.connect import Connection, connect
from supaops.local import Stack
from supaops.status import Severity
from tests.chains import remind, serve, unused_endpoint
from tests.copies import physical_copy
from tests.db.queue.test_restore import program
from tests.jobs.conftest import assert_the_chain_works
from tests.private_server import PrivateServer, private_server
from tests.projects import Project
from tests.waiting import until

pytestmark = pytest.mark.stack

OVERLAY = """
cron:
  jobs:
    job_queue_worker: {schedule: 1 second}
    job_queue_cleanup_daily: {schedule: 1 second}
    job_queue_maintenance: {schedule: 1 second}
    nightly: {schedule: 1 second, sql: insert into public.ran default values}
"""
RAN = """
create table public.ran (
  at timestamptz default now(), port text default current_setting('port')
)
"""
STATE = "select supaops.guard_state() as state"
MINUTE_PASSED = "update supaops.environment set probe_at = probe_at - interval '1 minute'"
POSTS = "select count(*) as n from supaops.dispatch where request_id is not null"
OUTCOMES = "select distinct outcome from job_queue_dispatch_history"
HERE = "select from public.ran where port = current_setting('port')"
FAILURES = """
select distinct return_message from cron.job_run_details d join cron.job j using (jobid)
 where j.jobname = any(%s) and d.status = 'failed'
"""
SUCCESSES = """
select from cron.job_run_details d join cron.job j using (jobid)
 where j.jobname = 'nightly' and d.status = 'succeeded'
   and d.start_time > pg_postmaster_start_time()
"""
REFUSED = "select from supaops.dispatch where status_code = 409 and nonce is not null"
GUARDED = ["nightly", "job_queue_cleanup_daily", "job_queue_maintenance"]
SCHEMAS = ("--schema=supaops", "--schema=public")


def make(folder: Path, stack: Stack, overlay: str = OVERLAY) -> Project:
    """Apply a project that ticks every second, and whose endpoint is a free port."""
    project = Project.make(folder, stack, overlay)
    project.environ["JOB_QUEUE_WORKER_ENDPOINT"] = unused_endpoint()
    with connect(project.url, application_name="pytest") as db:
        db.execute(RAN)
        project.apply(db)
    remind(project)
    return project


def of(project: Project, stack: Stack) -> Project:
    """Return a project whose database is another one."""
    return replace(project, environ={**project.environ, "DATABASE_URL": stack.url})


def state(db: Connection) -> str:
    return str((db.execute(STATE).fetchone() or {})["state"])


def exists(db: Connection, statement: LiteralString) -> bool:
    return db.execute(statement).fetchone() is not None


def outcomes(db: Connection) -> set[str]:
    return {row["outcome"] for row in db.execute(OUTCOMES)}


def finding(db: Connection, project: Project) -> Finding:
    [found] = [each for each in run_checks(db, project.desired) if each.id == "config.armed"]
    return found


def posted(db: Connection) -> int:
    return int((db.execute(POSTS).fetchone() or {})["n"])


def succeeds(db: Connection) -> bool:
    """Tell whether a new job is run by the worker."""
    row = db.execute("select job_queue_enqueue('supaops_smoke') as id").fetchone() or {}
    done = "select from job_queue where id = %(id)s and status = 'succeeded'"
    until(lambda: db.execute(done, row).fetchone() is not None)
    return True


@pytest.fixture(scope="module")
def original() -> Iterator[PrivateServer]:
    with private_server() as server:
        yield server


@pytest.fixture(scope="module")
def project(original: PrivateServer, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make(tmp_path_factory.mktemp("original"), original.stack)


def test_a_physical_copy_disarms_itself_and_the_original_goes_on(
    original: PrivateServer, project: Project
) -> None:
    with (
        serve(project),
        physical_copy(original) as copy,
        connect(project.url) as db,
        connect(copy.stack.url) as twin,
    ):
        until(lambda: state(twin) == "disarmed")
        assert state(db) == "armed"
        assert succeeds(db)
        until(lambda: exists(db, f"{HERE} and at > pg_postmaster_start_time()"))
        # What lay in pg_net's queue at the stop, both have sent; only one of them was accepted.
        assert not exists(db, REFUSED)
        assert exists(twin, REFUSED)
        assert not exists(twin, HERE)
        assert not exists(twin, SUCCESSES)
        until(lambda: "disarmed" in outcomes(twin))
        before = posted(twin)
        until(lambda: len(twin.execute(FAILURES, [GUARDED]).fetchall()) >= 2)
        assert posted(twin) == before
        found = finding(twin, of(project, copy.stack))
        assert found.severity is Severity.CRITICAL
        assert "disarmed by the guard" in found.observed
        whole = "select worker from job_queue where status <> 'succeeded'"
        assert db.execute(whole).fetchall() == []


def test_a_logical_copy_disarms_itself_even_after_an_apply(
    original: PrivateServer, project: Project, tmp_path: Path
) -> None:
    dump, restore = program(original.stack, "pg_dump"), program(original.stack, "pg_restore")
    file = tmp_path / "all.dump"
    subprocess.run([dump, "-Fc", *SCHEMAS, "-f", file, "-d", project.url], check=True)
    with private_server() as elsewhere, serve(project):
        url = elsewhere.stack.url
        subprocess.run([restore, "--no-owner", "-d", url, file], check=False, capture_output=True)
        copied = of(project, elsewhere.stack)
        with connect(url) as twin:
            assert state(twin) == "unconfirmed"
            copied.apply(twin)  # brings cron jobs and secrets, which a dump of these does not
            remind(copied)
            until(lambda: state(twin) == "disarmed")
            assert not exists(twin, HERE)
            assert copied.plan(twin).pending == []
        with connect(project.url) as db:
            assert succeeds(db)


@pytest.mark.parametrize("how", ["fast", "kill"])
def test_after_a_restart_the_next_accepted_post_arms(
    original: PrivateServer, project: Project, how: str
) -> None:
    original.restart("kill" if how == "kill" else "fast")
    with connect(project.url) as db:
        assert state(db) == "unconfirmed"
        until(lambda: len(db.execute(FAILURES, [GUARDED]).fetchall()) >= 2)
        assert not exists(db, SUCCESSES)
        told = finding(db, project)
        assert (told.severity, told.observed[:11]) == (Severity.WARNING, "unconfirmed")
        with serve(project):
            until(lambda: state(db) == "armed")
            until(lambda: exists(db, SUCCESSES))
            assert finding(db, project).severity is Severity.OK


def test_a_worker_that_is_down_or_wrong_about_the_secret_disarms_nothing(
    project: Project,
) -> None:
    with connect(project.url) as db:
        db.execute("delete from supaops.dispatch")
        until(lambda: "no connection" in outcomes(db))
        with serve(project, JOB_QUEUE_RUNNER_SECRET="another-secret-of-this-test"):
            until(lambda: "http error" in outcomes(db))
        with serve(project, JOB_QUEUE_DISABLED="true"):
            until(lambda: exists(db, "select from supaops.dispatch where status_code = 503"))
        assert state(db) == "armed"
        with serve(project):
            assert succeeds(db)
            assert state(db) == "armed"


def test_an_operator_s_disarm_outlasts_a_restart_and_what_the_worker_accepts(
    original: PrivateServer, project: Project
) -> None:
    with serve(project):
        with connect(project.url) as db:
            db.execute("select supaops.disarm('a move')")
        original.restart("fast")
        with connect(project.url) as db:
            until(
                lambda: exists(db, "select from net._http_response") or "disarmed" in outcomes(db)
            )
            before = posted(db)
            until(lambda: len(db.execute(FAILURES, [GUARDED]).fetchall()) >= 2)
            assert posted(db) == before
            assert state(db) == "disarmed"
            db.execute("select supaops.arm()")
            assert succeeds(db)


def test_a_database_whose_worker_was_astray_for_a_while_arms_itself(
    project: Project, stack: Stack, db: Connection, tmp_path: Path
) -> None:
    astray = of(make(tmp_path, stack, "cron: {jobs: {job_queue_worker: {active: false}}}"), stack)
    wrong = {"DATABASE_URL": astray.url}
    with connect(project.url) as real:
        with serve(project, **wrong):
            until(lambda: state(real) == "disarmed")
            assert state(db) == "armed"
        with serve(project):
            until(lambda: real.execute(MINUTE_PASSED).rowcount and state(real) == "armed")
            assert succeeds(real)
            audit = "select action, actor from supaops.audit order by id desc limit 2"
            assert [each["action"] for each in real.execute(audit)] == ["arm", "disarm"]


def test_a_call_that_was_overheard_cannot_be_made_again(project: Project) -> None:
    url = project.environ["JOB_QUEUE_WORKER_ENDPOINT"]
    secret = project.settings.secret.get_secret_value()
    with connect(project.url) as db, serve(project):
        # Beside those of the ticks, which post all the time.
        ours = (
            "select id, nonce from supaops.dispatch"
            " where backend_pid = pg_backend_pid() and nonce is not null"
        )
        with db.transaction():
            db.execute("delete from supaops.dispatch")
            db.execute("select job_queue_trigger_worker()")
            [post] = db.execute(ours).fetchall()
        done = "select from supaops.dispatch where id = %s and status_code = 200"
        until(lambda: db.execute(done, [post["id"]]).fetchone() is not None)
        headers = {
            "x-job-runner-secret": secret,
            "x-supaops-dispatch": str(post["id"]),
            "x-supaops-nonce": post["nonce"],
        }
        replayed = httpx.post(url, headers=headers, timeout=20)
        assert replayed.status_code == 409
        assert replayed.json()["refused_by"] == "clone_guard"
        by_hand = httpx.post(url, headers={"x-job-runner-secret": secret}, timeout=20)
        assert by_hand.status_code == 200
        assert state(db) == "armed"
        assert_the_chain_works(db, project)
