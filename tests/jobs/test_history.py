"""What the history says of real ticks, and of a server that crashed under them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from supaops.db.connect import Connection, connect
from tests.chains import TICKING, remind, serve, unused_endpoint
from tests.jobs.conftest import assert_the_chain_works
from tests.private_server import PrivateServer, private_server
from tests.projects import QUIET_CRON, ROOT, Project
from tests.waiting import until

pytestmark = pytest.mark.stack

DISPATCH = (ROOT / "docs" / "explanation" / "dispatch.md").read_text(encoding="utf-8")
[CONFIRM] = re.findall(r"^```sql\n(.*?);\n```", DISPATCH, re.MULTILINE | re.DOTALL)
OK = f"select * from ({CONFIRM}) latest where http_outcome = 'ok'"
KNOWN_RUNS = """
select d.cron_runid, r.runid from supaops.dispatch d
join cron.job_run_details r on r.job_pid = d.backend_pid
  and d.created_at between r.start_time and r.end_time
where d.status_code = 200 and d.cron_runid is not null
"""
MAINTAINED = QUIET_CRON.replace(
    "job_queue_maintenance: {active: false}", "job_queue_maintenance: {schedule: 1 second}"
)


def rows(db: Connection, statement: str) -> list[dict[str, Any]]:
    return db.execute(statement.encode()).fetchall()


def test_that_cron_history_records_http_200_is_one_query(ticking: Project, db: Connection) -> None:
    ticking.apply(db)
    with serve(ticking):
        assert_the_chain_works(db, ticking)
        until(lambda: rows(db, "select from job_queue_dispatch_history where claimed > 0"))
        until(lambda: rows(db, KNOWN_RUNS))
        assert {row["http_status"] for row in rows(db, OK)} == {200}
        assert all(row["latency"] is not None for row in rows(db, OK))
    assert all(row["cron_runid"] == row["runid"] for row in rows(db, KNOWN_RUNS))


def test_the_maintenance_job_harvests_and_trims_by_itself(ticking: Project, db: Connection) -> None:
    ticking.write_overlay(MAINTAINED)
    ticking.apply(db)
    old = "insert into supaops.dispatch (backend_pid, created_at) values (1, '2001-01-01')"
    db.execute(old.encode())
    remind(ticking)
    done = "select from supaops.maintenance where maintained_at is not null and not unfinished"
    until(lambda: rows(db, done))
    assert rows(db, "select from supaops.dispatch where created_at < '2002-01-01'") == []
    assert rows(db, "select from supaops.sample where queue = 'default'")


@pytest.fixture
def server() -> Iterator[PrivateServer]:
    with private_server() as found:
        yield found


UNHARVESTED = """
select h.id, h.request_id from job_queue_dispatch_history h
join supaops.dispatch d using (id)
where h.outcome = 'ok' and d.responded_at is null
"""
UNTOLD = """
select id, request_id from supaops.dispatch where responded_at is null order by id desc limit 1
"""
EACH_IS_OVER = """
update cron.job_run_details set
  start_time = start_time - interval '2 min', end_time = end_time - interval '2 min';
update supaops.dispatch set created_at = created_at - interval '2 min';
"""
AGAIN = "select from supaops.dispatch where request_id = %s and status_code = 200 and id > %s"
TOLD = """
select d.outcome, c.http_outcome, c.cron_status, c.http_status
from job_queue_dispatch_history d join job_queue_cron_history c on c.dispatch_id = d.id
where d.id = %s
"""


def activate(db: Connection, *, active: bool) -> None:
    """Let the chain tick, or stand still."""
    statement = "select cron.alter_job(jobid, active := %s) from cron.job where jobname = %s"
    db.execute(statement, [active, "job_queue_worker"])


def test_an_answer_that_a_crash_made_pg_net_forget_is_no_evidence_and_never_ok(
    server: PrivateServer, tmp_path: Path
) -> None:
    project = Project.make(tmp_path, server.stack, TICKING)
    project.environ["JOB_QUEUE_WORKER_ENDPOINT"] = unused_endpoint()
    with connect(project.url) as db:
        project.apply(db)
    with serve(project):
        with connect(project.url) as db:
            until(lambda: rows(db, OK))
            activate(db, active=False)
            until(lambda: rows(db, UNHARVESTED))
        with connect(server.stack.admin_url) as admin:
            admin.execute("checkpoint")  # or the ledger might lose the row too
        server.restart("kill")
        with connect(project.url) as db:
            assert rows(db, "select from net._http_response") == []
            db.execute(EACH_IS_OVER.encode())
            [lost] = rows(db, UNTOLD)
            no_evidence = {
                "outcome": "no evidence",
                "http_outcome": "no evidence",
                "cron_status": "succeeded",
                "http_status": None,
            }
            assert db.execute(TOLD, [lost["id"]]).fetchall() == [no_evidence]
            # pg_net's numbers begin again: the answer to another request of that number is not its.
            activate(db, active=True)
            remind(project)
            again = [lost["request_id"], lost["id"]]
            until(lambda: db.execute(AGAIN, again).fetchone() is not None)
            assert db.execute(TOLD, [lost["id"]]).fetchall() == [no_evidence]
