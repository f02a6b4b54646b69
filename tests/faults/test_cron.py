"""Faults of the checks ``cron.*``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from supaops.db.connect import connect
from supaops.status import Severity
from tests.faults.conftest import HEALTHY, opened, working
from tests.faults.fault import Fault, Scene, nothing, sql
from tests.faults.matrix import assert_told
from tests.faults.processes import gone
from tests.private_server import private_server

pytestmark = pytest.mark.stack

WORKER = "(select jobid from cron.job where jobname = 'job_queue_worker')"
SOON = "1000000000"  # a run's id that no tick reaches


def job(name: str, schedule: str, command: str, **changes: str) -> str:
    """Return the statement that writes a job as a restore or a superuser would."""
    values = {"active": "true", "username": "'postgres'", **changes}
    quoted = f"'{name}', '{schedule}', $${command}$$, {values['username']}, {values['active']}"
    return f"insert into cron.job (jobname, schedule, command, username, active) values ({quoted});"


def runs(count: int, status: str, message: str, *, ago: str = "1 minute") -> str:
    """Return the statements that record runs of the worker's job, and no tick's after them."""
    return (
        "lock table cron.job_run_details in share row exclusive mode;"
        " insert into cron.job_run_details"
        " (jobid, runid, command, status, return_message, start_time, end_time)"
        f" select {WORKER}, nextval('cron.runid_seq'), 'select 1', '{status}', '{message}',"
        f" now() - interval '{ago}', now() from generate_series(1, {count});"
    )


@contextmanager
def nine_runs(scene: Scene) -> Iterator[None]:
    """Have sessions such as pg_cron opens for its runs; the worker's job is in one of them."""
    with ExitStack() as sessions:
        for _ in range(9):
            conn = sessions.enter_context(connect(scene.project.url, application_name="pg_cron"))
            scene.sql(
                "insert into cron.job_run_details"
                " (jobid, runid, command, job_pid, status, start_time)"
                f" values ({WORKER}, nextval('cron.runid_seq'), 'select 1',"
                f" {conn.info.backend_pid}, 'running', now())"
            )
        yield


LONG_AGO = """
set local allow_system_table_mods = on;
create or replace function pg_catalog.pg_postmaster_start_time() returns timestamptz
language sql stable as $$ select now() - interval '1 day' $$;
select supaops.arm('test');  -- for that is how a database knows that it was started anew
update supaops.resource set applied_at = now() - interval '1 day';
insert into cron.job_run_details (jobid, runid, command, status, start_time)
select -1, min(runid) - 1, 'select 1', 'succeeded', now() - interval '1 hour'
  from cron.job_run_details;
"""
"""Has the server and the last apply a day behind them, and the history an hour."""

WIDE = "{warning: 16}"

FAULTS = (
    Fault(
        "cron.scheduler",
        "the scheduler's process is gone",
        Severity.CRITICAL,
        gone("pg_cron%"),
        observed="not running",
    ),
    Fault(
        "cron.jobs",
        "a cron job is switched off by hand",
        Severity.CRITICAL,
        sql(f"select cron.alter_job({WORKER}, active := false)"),
        also=frozenset({"config.drift"}),
        observed="job_queue_worker",
    ),
    Fault(
        "cron.job_roles",
        "an inactive job's role was dropped",
        Severity.CRITICAL,
        sql(job("report", "0 3 * * *", "select 1", username="'left_us'", active="false")),
        observed="of a role that is gone: report",
    ),
    Fault(
        "cron.login",
        "a job belongs to a role that cannot log in",
        Severity.CRITICAL,
        sql(job("report", "0 3 * * *", "select 1", username="'service_role'")),
        observed="of a role that cannot log in: report",
    ),
    Fault(
        "cron.runid_sequence",
        "the history was restored without its sequence",
        Severity.CRITICAL,
        sql(
            "insert into cron.job_run_details (jobid, runid, command, status)"
            f" values ({WORKER}, {SOON}, 'select 1', 'succeeded')"
        ),
        observed=f"{SOON} is taken",
    ),
    Fault(
        "cron.copy",
        "a job copies to the client",
        Severity.CRITICAL,
        sql(job("export", "0 3 * * *", "copy (select 1)\nto stdout")),
        observed="export",
    ),
    Fault(
        "cron.ticks",
        "the scheduler does not know of a job that is active",
        Severity.CRITICAL,
        sql(f"{LONG_AGO} update cron.job set jobid = -2 where jobid = {WORKER}"),
        observed="job_queue_worker: 0 of",
    ),
    Fault(
        "cron.ticks",
        "most starts of the last hour were missed, and it runs again",
        Severity.WARNING,
        sql(LONG_AGO),
        observed="due starts seen",
    ),
    Fault(
        "cron.long_runs",
        "a run goes on for longer than it should",
        Severity.WARNING,
        nine_runs,
        overlay=f"{HEALTHY}\nchecks: {{cron: {{long_runs: {{warning: 1ms}}, overlap: {WIDE}}}}}",
        observed="job_queue_worker, pid",
    ),
    Fault(
        "cron.overlap",
        "nine runs go on at once",
        Severity.WARNING,
        nine_runs,
        observed="at once",
    ),
    Fault(
        "cron.failures",
        "the newest run of a job failed",
        Severity.WARNING,
        sql(runs(1, "failed", "ERROR: no")),
        observed="job_queue_worker: failed once in a row",
    ),
    Fault(
        "cron.failures",
        "three runs of a job failed in a row, and a restart cut one off",
        Severity.CRITICAL,
        sql(runs(3, "failed", "ERROR: no") + runs(1, "failed", "server restarted")),
        observed="job_queue_worker: failed 3 times in a row",
    ),
    Fault(
        "cron.startup",
        "a run of another's job was not started in time",
        Severity.WARNING,
        sql(
            "insert into cron.job_run_details (jobid, runid, command, status, return_message)"
            " values (-1, nextval('cron.runid_seq'), 'select 1', 'failed', 'job startup timeout')"
        ),
        observed="1 in the last hour: job startup timeout",
    ),
    Fault(
        "cron.coincidence",
        "a dozen jobs start at three",
        Severity.WARNING,
        sql("".join(job(f"report {n}", "0 3 * * *", "select 1") for n in range(12))),
        observed="13 at ",
    ),
    Fault(
        "cron.history",
        "nobody removes what pg_cron writes",
        Severity.WARNING,
        sql(
            "set local allow_system_table_mods = on;"
            "update pg_class set reltuples = 700000"
            " where oid = 'cron.job_run_details'::regclass"
        ),
        observed="about 700,000 rows",
    ),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.check}: {fault.name}")
def test_a_fault_turns_its_check_and_no_other(
    scene: Scene, fault: Fault, record_property: Callable[[str, object], None]
) -> None:
    assert_told(scene, fault, record_property)


def test_settings_that_blind_us_are_told_and_the_ledger_stands_in_for_the_history(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    fault = Fault(
        "cron.settings",
        "pg_cron records no runs, and counts its hours in Berlin",
        Severity.WARNING,
        nothing(),
        observed="no run is recorded; cron.timezone is Europe/Berlin",
    )
    parameters = {"cron.log_run": "off", "cron.timezone": "Europe/Berlin"}
    with (
        private_server(**parameters) as server,
        working(server.stack, tmp_path) as project,
        opened(server.stack, project) as scene,
    ):
        assert_told(scene, fault, record_property)
