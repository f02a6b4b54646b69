"""Each form of a guarded command under real ticks, in both ways in which pg_cron runs commands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.chains import remind
from tests.private_server import private_server
from tests.projects import Project, reset
from tests.waiting import until

pytestmark = pytest.mark.stack

OVERLAY = """
cron:
  jobs:
    job_queue_worker: {active: false}
    job_queue_cleanup_daily: {schedule: 1 second}
    job_queue_maintenance: {schedule: 1 second}
    statement: {schedule: 1 second, sql: insert into public.ran values ('statement')}
    procedure: {schedule: 1 second, sql: call public.run_and_commit() -- in two transactions}
    anonymous:
      schedule: 1 second
      sql: do $$ begin insert into public.ran values ('anonymous'); commit; end $$
    upkeep: {schedule: 1 second, sql: vacuum public.ran}
    open: {schedule: 1 second, sql: insert into public.ran values ('open'), guard: false}
"""
TABLE = """
create table public.ran (job text, at timestamptz not null default clock_timestamp());
create procedure public.run_and_commit() language plpgsql as $$
begin
  insert into public.ran values ('procedure');
  commit;
  insert into public.ran values ('procedure');
end $$
"""
ENDED = """
select j.jobname, d.status, d.return_message
  from cron.job_run_details d join cron.job j using (jobid)
 where d.status in ('succeeded', 'failed') and d.start_time > %s
"""
GUARDED = {
    "job_queue_cleanup_daily",
    "job_queue_maintenance",
    "statement",
    "procedure",
    "anonymous",
}
UNGUARDED = {"upkeep", "open"}


@pytest.fixture(params=["connections", "background workers"])
def server(request: pytest.FixtureRequest, stack: Stack) -> Iterator[Stack]:
    """Return the shared server, whose pg_cron connects to it, or one whose pg_cron does not."""
    if request.param == "connections":
        yield stack
        return
    if "pg_cron" not in stack.native:
        pytest.skip("the stand-in for pg_cron always connects; install postgresql-17-cron")
    with private_server(**{"cron.use_background_workers": "on"}) as found:
        yield found.stack


def test_guarded_jobs_run_only_where_the_database_is_armed(server: Stack, tmp_path: Path) -> None:
    project = Project.make(tmp_path, server, OVERLAY)
    with connect(server.url, application_name="pytest") as db:
        reset(db)
        db.execute(TABLE)
        project.apply(db)
        remind(project)
        until(lambda: ended(db)["succeeded"].keys() >= GUARDED | UNGUARDED)
        assert ended(db)["failed"] == {}
        assert {row["job"] for row in db.execute("select job from public.ran")} == {
            "statement", "procedure", "anonymous", "open",
        }  # fmt: skip
        db.execute("select supaops.disarm('a copy')")
        idle = "select from cron.job_run_details where status not in ('succeeded', 'failed')"
        until(lambda: db.execute(idle).fetchone() is None)
        [row] = db.execute("select clock_timestamp() as at").fetchall()
        until(lambda: ended(db, row["at"])["failed"].keys() >= GUARDED)
        until(lambda: ended(db, row["at"])["succeeded"].keys() >= UNGUARDED)
        found = ended(db, row["at"])
        assert set(found["failed"]) == GUARDED
        assert set(found["succeeded"]) == UNGUARDED
        for job, message in found["failed"].items():
            assert f"{job} did not run: this database is disarmed by the operator" in message
        late = db.execute("select distinct job from public.ran where at > %s", [row["at"]])
        assert [each["job"] for each in late] == ["open"]
        reset(db)
        db.execute("drop procedure if exists public.run_and_commit")


def ended(db: Connection, since: object = "-infinity") -> dict[str, dict[str, str]]:
    """Return the last message of each job, by how its run ended."""
    found: dict[str, dict[str, str]] = {"succeeded": {}, "failed": {}}
    for row in db.execute(ENDED, [since]):
        found[row["status"]][row["jobname"]] = row["return_message"]
    return found
