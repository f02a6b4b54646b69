"""supabase/tests, which hold any database to the chain's public contract."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from supaops.db.connect import connect
from supaops.local import Stack
from tests.pgtap.proving import FILES, extension, prove
from tests.projects import applied, reset

pytestmark = pytest.mark.stack

CALLS = (
    "select cron.alter_job(jobid, command := '{}') from cron.job where jobname = 'job_queue_worker'"
)
# What breaks a promise, and what keeps it again.
BREAKS = {
    "access": (
        ("grant select on job_queue to anon", "revoke all on job_queue from anon"),
        (
            "grant usage on schema supaops to service_role",
            "revoke all on schema supaops from service_role",
        ),
    ),
    "functions": (
        (
            "grant execute on function job_queue_stats() to authenticated",
            "revoke all on function job_queue_stats() from authenticated",
        ),
        (
            "alter function job_queue_stats() reset search_path",
            "alter function job_queue_stats() set search_path = pg_catalog, pg_temp",
        ),
        (
            "alter function job_queue_stats() rename to stats",
            "alter function stats() rename to job_queue_stats",
        ),
    ),
    "jobs": (
        (
            "update supaops.task_type set max_attempts = 1",
            "update supaops.task_type set max_attempts = 5",
        ),
    ),
    "operating": (
        (
            "alter table job_queue disable trigger job_queue_hand_edit",
            "alter table job_queue enable trigger job_queue_hand_edit",
        ),
    ),
    "table": (
        (
            "alter table job_queue disable row level security",
            "alter table job_queue enable row level security",
        ),
        (
            "alter table job_queue rename worker to who",
            "alter table job_queue rename who to worker",
        ),
        ("create policy all_may on job_queue using (true)", "drop policy all_may on job_queue"),
    ),
    "wiring": (
        (CALLS.format("select 1"), CALLS.format("select public.job_queue_trigger_worker()")),
        (
            "alter view job_queue_cron_history rename to history",
            "alter view history rename to job_queue_cron_history",
        ),
    ),
}


@pytest.fixture(scope="module", autouse=True)
def contract(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have the chain of this repository's own config, and pgTAP beside it."""
    with extension(stack):
        applied(tmp_path_factory.mktemp("pgtap"), stack, "{}")
        yield
    with connect(stack.url, application_name="pytest") as conn:
        reset(conn)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_an_applied_chain_keeps_its_promises_and_loses_no_job_to_the_test(
    stack: Stack, file: Path
) -> None:
    done = prove(stack, file)
    assert done.returncode == 0, done.stdout + done.stderr
    with connect(stack.url, application_name="pytest") as conn:
        assert conn.execute("select count(*) as left from job_queue").fetchone() == {"left": 0}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_broken_promise_is_told(stack: Stack, file: Path) -> None:
    with connect(stack.url, application_name="pytest") as conn:
        for broken, mended in BREAKS[file.name.removesuffix(".test.sql")]:
            conn.execute(broken)
            done = prove(stack, file)
            conn.execute(mended)
            assert done.returncode != 0, f"nothing tells of: {broken}"
            assert "not ok" in done.stdout or "ERROR" in done.stderr
