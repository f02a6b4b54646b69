"""A process that works through the queue by a stream is killed, its connections are cut."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from supaops.db.connect import Connection
from tests.projects import ROOT, Project
from tests.waiting import until

pytestmark = pytest.mark.stack

JOBS = 400
# A stream ends when it cannot go on, as when a claim was cut off; its caller begins again.
PROGRAM = """
import asyncio, os, sys
from datetime import timedelta
from supaops.db.jobs import JobQueue
from supaops.db.pool import Pool
from supaops.errors import DatabaseError
from supaops.worker import Handlers
from supaops.worker.execution import Executor
from supaops.worker.streaming.stream import Bounds, Stream

handlers = Handlers()

@handlers.handler("nap")
async def nap(context, payload):
    await asyncio.sleep(0.01)

async def main():
    patience = timedelta(seconds=10)
    async with Pool(
        os.environ["DATABASE_URL"], size=2, application_name="stream", patience=patience
    ) as pool:
        while True:
            stream = Stream(
                JobQueue(pool),
                Executor(handlers, pool.connection),
                Bounds(4, 30, timedelta(seconds=2)),
                worker=sys.argv[1],
            )
            try:
                await stream.drain()
            except DatabaseError as error:
                print(error, flush=True)
            await asyncio.sleep(0.02)

asyncio.run(main())
"""
ADD = """
select job_queue_enqueue_many((
  select jsonb_agg(jsonb_build_object('task_type', 'nap', 'max_attempts', 20))
  from generate_series(1, %s)))
"""
CUT = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'stream'"


@contextmanager
def streaming(project: Project, worker: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a stream in a process of its own, until it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, worker],
        env={**project.environ, "PYTHONPATH": str(ROOT / "ops")},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def succeeded(db: Connection) -> int:
    row = db.execute("select count(*) as n from job_queue where status = 'succeeded'").fetchone()
    return int((row or {})["n"])


def goes_on(db: Connection) -> None:
    """Wait until one more job is done."""
    done = succeeded(db)
    until(lambda: succeeded(db) > done)


def stops_with_jobs(process: subprocess.Popen[bytes], db: Connection, worker: str) -> bool:
    """Hold a process, and let it go on unless it holds jobs; what it holds it then keeps."""
    process.send_signal(signal.SIGSTOP)
    held = "select from job_queue where status = 'running' and worker = %s limit 1"
    if db.execute(held, [worker]).fetchone() is not None:
        return True
    process.send_signal(signal.SIGCONT)
    return False


def test_every_job_is_done_although_streams_are_killed_and_cut_off(
    project: Project, queue_db: Connection
) -> None:
    queue_db.execute(ADD, [JOBS])
    with streaming(project, "first") as first:
        until(lambda: stops_with_jobs(first, queue_db, "first"))
        with streaming(project, "second"):
            goes_on(queue_db)
            first.kill()
            for _ in range(4):
                goes_on(queue_db)
                queue_db.execute(CUT)
            until(lambda: succeeded(queue_db) == JOBS, seconds=60)
    rows = queue_db.execute("select max(attempts) as most from job_queue").fetchone()
    assert rows is not None
    assert rows["most"] > 1, "what the killed one held was not taken over"
