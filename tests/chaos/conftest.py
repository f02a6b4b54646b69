"""A server of its own, and three workers that work as long as the tests run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from supaops.db.connect import connect
from tests.chaos.arena import CONNECTIONS, Arena
from tests.chaos.fleet import Fleet
from tests.private_server import private_server
from tests.projects import Project

# A short lease, so that jobs of a lost worker come back while a test waits, and attempts without
# end, so that no mishap of the workers' ends a job.
OVERLAY = """
queue:
  lease: 2s
  retry: {base: 100ms, max: 1s, jitter: 0.5}
  task_types:
    game_platform_sync: {timeout: 2s}
    errand: {timeout: 2s, max_attempts: 1000}
worker:
  timeout: 1500ms
cron:
  jobs:
    job_queue_worker: {active: false}
    job_queue_cleanup_daily: {active: false}
    job_queue_maintenance: {active: false}
"""
HANDLERS = """
import asyncio
from supaops.worker import Handlers

registry = Handlers()

@registry.handler("errand")
async def errand(context, payload):
    async with context.connection() as db:
        await db.execute(
            "insert into errand (job_id, attempt) values (%s, %s)",
            [context.job.id, context.attempt],
        )
    await asyncio.sleep(payload["seconds"])
"""
ERRANDS = """
create table public.errand (
  job_id bigint, attempt integer, begun_at timestamptz default clock_timestamp()
)
"""
WORKERS = 3


@pytest.fixture(scope="module")
def arena() -> Iterator[Arena]:
    with private_server(max_connections=CONNECTIONS) as server, tempfile.TemporaryDirectory() as it:
        project = Project.make(Path(it), server.stack, OVERLAY)
        (project.folder / "chaotic.py").write_text(HANDLERS)
        with connect(server.stack.url) as db:
            project.apply(db)
            db.execute(ERRANDS)
        fleet = Fleet(project, WORKERS)
        try:
            yield Arena(server, fleet)
        finally:
            fleet.stop()
