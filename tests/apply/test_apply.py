"""All of a plan or nothing of it, one apply at a time."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from supaops.apply import Options, apply_plan, provenance
from supaops.db.connect import Connection, connect
from supaops.db.lock import take_apply_lock
from supaops.errors import DatabaseError, LockHeld, Refused
from supaops.local import Stack
from supaops.plan import Change
from tests.projects import QUIET_CRON, ROOT, Project

pytestmark = pytest.mark.stack

# Everything that an apply may touch, as one text.
SNAPSHOT = """
select string_agg(line, E'\n' order by line) as text from (
  select pg_get_functiondef(p.oid) || coalesce(p.proacl::text, '') as line
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
   where n.nspname in ('public', 'supaops') and p.prokind = 'f'
  union all
  select c.oid::regclass || c.relkind::text || coalesce(c.relacl::text, '') from pg_class c
   where c.relnamespace in (select oid from pg_namespace where nspname in ('public', 'supaops'))
  union all
  select j::text from cron.job j
  union all
  select s.id || s.name || s.description || s.decrypted_secret from vault.decrypted_secrets s
  union all
  select nspname from pg_namespace where nspname !~ '^pg_(toast_)?temp'
) as everything (line)
"""

# Applies the project in argv and kills itself just before change number argv[2].
SUICIDE = """
import os, signal, sys
from pathlib import Path
from supaops.apply import apply_plan, provenance
from supaops.db.connect import connect
from supaops.plan import read_plan
from tests.projects import Project

folder, url, fatal = Path(sys.argv[1]), os.environ["DATABASE_URL"], int(sys.argv[2])
project = Project(folder, dict(os.environ))
steps = iter(range(10_000))

def die(change):
    if next(steps) == fatal:
        os.kill(os.getpid(), signal.SIGKILL)

with connect(url) as conn:
    desired = project.desired
    apply_plan(conn, desired, read_plan(conn, desired), provenance(folder), progress=die)
"""


def snapshot(db: Connection) -> str:
    row = db.execute(SNAPSHOT.encode()).fetchone() or {}
    return str(row["text"])


def await_rollback(db: Connection) -> None:
    """Wait until the server has noticed that an applying client is gone."""
    db.execute("set lock_timeout = '10s'")
    with db.transaction():
        take_apply_lock(db, wait=timedelta(seconds=10), statement_timeout=timedelta(seconds=20))


@pytest.mark.parametrize("fatal", [0, 158])  # test_crash has every other point
def test_an_apply_that_is_killed_leaves_the_database_as_it_was(
    project: Project, db: Connection, fatal: int
) -> None:
    before = snapshot(db)
    done = subprocess.run(
        [sys.executable, "-c", SUICIDE, str(project.folder), str(fatal)],
        env={**project.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
    )
    assert done.returncode == -9, done.stderr.decode()
    await_rollback(db)
    assert snapshot(db) == before
    project.apply(db)
    assert project.plan(db).pending == []


@pytest.mark.parametrize("fatal", [0, 3, 80])
def test_a_connection_cut_during_an_apply_leaves_the_database_as_it_was(
    project: Project, db: Connection, stack: Stack, fatal: int
) -> None:
    before = snapshot(db)
    steps = iter(range(10_000))
    desired, origin = project.desired, provenance(project.folder)
    with connect(stack.url) as conn:
        plan, pid = project.plan(conn), conn.info.backend_pid

        def cut(_change: Change) -> None:
            if next(steps) == fatal:
                db.execute("select pg_terminate_backend(%s, 5000)", (pid,))

        with pytest.raises(DatabaseError):
            apply_plan(conn, desired, plan, origin, progress=cut)
    assert snapshot(db) == before


def test_a_failure_near_the_end_undoes_everything_before_it(
    applied: Project, db: Connection
) -> None:
    before = snapshot(db)
    applied.write_overlay(f"{QUIET_CRON}    extra: {{schedule: '* * * * *', sql: select 1}}\n")
    applied.environ["JOB_QUEUE_RUNNER_SECRET"] = "another-long-enough-value"
    seen: list[str] = []

    def fail(change: Change) -> None:
        seen.append(change.address)
        if change.address.startswith("vault_secret."):
            raise RuntimeError

    desired, plan = applied.desired, applied.plan(db)
    with pytest.raises(RuntimeError):
        apply_plan(db, desired, plan, provenance(applied.folder), progress=fail)
    assert seen == ["cron_job.extra", "vault_secret.job_queue_runner_secret"]
    assert snapshot(db) == before


def test_a_plan_that_went_stale_is_refused(project: Project, db: Connection) -> None:
    desired, plan = project.desired, project.plan(db)
    db.execute("select cron.schedule('job_queue_worker', '0 0 1 1 *', 'select 1')")
    with pytest.raises(Refused, match="changed after the plan was made"):
        apply_plan(db, desired, plan, provenance(project.folder))


def test_a_held_lock_is_named_with_its_holder_and_nothing_is_changed(
    project: Project, db: Connection, stack: Stack
) -> None:
    before = snapshot(db)
    wait = timedelta(seconds=1)
    with connect(stack.url, application_name="supaops apply") as other, other.transaction():
        take_apply_lock(other, wait=wait, statement_timeout=wait)
        with pytest.raises(LockHeld) as caught:
            project.apply(db, Options(lock_wait=timedelta(milliseconds=50)))
        assert f"pid {other.info.backend_pid}: supaops apply, role postgres" in str(caught.value)
    assert snapshot(db) == before


def test_of_two_applies_at_once_one_does_the_work_and_the_other_finds_it_done(
    project: Project, db: Connection, stack: Stack
) -> None:
    def run() -> int | None:
        with connect(stack.url) as conn:
            return project.apply(conn).revision_id

    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(run), pool.submit(run)]
        revisions = [future.result() for future in futures]
    assert sorted(revisions, key=str) == [1, None]
    assert project.plan(db).pending == []


@pytest.mark.usefixtures("applied")
def test_a_revision_says_who_applied_what_from_where(db: Connection) -> None:
    row = db.execute("select * from supaops.revision").fetchone() or {}
    origin = provenance(Path.cwd())
    assert row["applied_by"] == origin.applied_by
    assert row["environment"] == "test"
    assert row["tool_version"] == origin.tool_version
    assert row["summary"].endswith("0 drifted")
    assert row["plan"]["format_version"] == "2.0"


@pytest.mark.usefixtures("applied")
def test_everything_is_owned_by_the_role_that_applied(db: Connection) -> None:
    rows = db.execute(
        "select distinct pg_get_userbyid(relowner)::text as owner from pg_class "
        "where relnamespace = 'supaops'::regnamespace"
    ).fetchall()
    assert rows == [{"owner": "postgres"}]
    row = db.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
    assert row == {"rolsuper": False}


@pytest.mark.usefixtures("db")
def test_a_transaction_pooler_serves_plan_and_apply(project: Project, pooler: str) -> None:
    with connect(pooler) as conn, connect(pooler) as another:
        assert project.apply(conn).revision_id == 1
        assert project.plan(another).pending == []
        assert project.apply(another).revision_id is None


def test_an_apply_leaves_no_setting_behind_in_a_pooled_session(
    project: Project, db: Connection, pooler: str
) -> None:
    settings = (
        "select current_setting('search_path') as path, current_setting('lock_timeout') as lock"
    )
    before = db.execute(settings).fetchone()
    with connect(pooler) as conn:
        project.apply(conn)
        assert conn.execute(settings).fetchone() == before
