"""`supaops apply` sees to it that a scheduler that lagged behind learns of its jobs (ADR 11)."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from supaops.apply import remind_scheduler
from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.chains import SUPAOPS
from tests.projects import ROOT, Project, reset
from tests.servers.variables import DSN_VARIABLE
from tests.waiting import until

pytestmark = pytest.mark.stack

RUNS = "select from cron.job_run_details join cron.job using (jobid) where start_time is not null"
SCHEDULER = (
    "select pid from pg_stat_activity "
    "where application_name = 'pg_cron scheduler' or backend_type = 'pg_cron launcher'"
)


@contextmanager
def asleep(stack: Stack) -> Iterator[None]:
    """Let the scheduler sleep until the block ends, as a busy machine would."""
    with connect(stack.admin_url) as admin:
        (row,) = until(lambda: admin.execute(SCHEDULER).fetchall())
    os.kill(row["pid"], signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(row["pid"], signal.SIGCONT)


@pytest.mark.skipif(
    DSN_VARIABLE in os.environ, reason=f"signals the scheduler: run it without {DSN_VARIABLE}"
)
def test_jobs_run_although_pg_cron_lost_what_was_sent_to_it_meanwhile(
    ticking: Project, db: Connection, stack: Stack
) -> None:
    command = [*SUPAOPS, "apply", "--yes", "--config", str(ticking.config_path), "--env", "test"]
    db.execute("select cron.schedule('probe', '1 seconds', 'select 1')")
    remind_scheduler(db)
    until(lambda: db.execute(RUNS).fetchone() is not None)  # it knows all that was sent to it
    with asleep(stack):
        for _ in range(2):  # more changes of the catalogs than the server keeps for one session
            ticking.apply(db)
            reset(db)
        running = subprocess.Popen(
            command, env={**ticking.environ, "PYTHONPATH": str(ROOT / "ops")},
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert running.stdout
        output = next((line for line in running.stdout if line.startswith("Applied")), None)
    assert output, "it did not say that it applied"
    assert running.wait(20) == 0
    running.stdout.close()
    until(lambda: db.execute(RUNS).fetchone() is not None)
