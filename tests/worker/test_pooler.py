"""The worker behind PgBouncer in transaction mode, as behind Supabase's own pooler."""

from __future__ import annotations

import asyncio

import pytest

from supaops.db.connect import Connection, connect
from supaops.worker import Context, Handlers
from supaops.worker.http.app import create_app
from supaops.worker.transports.database import DatabaseTransport
from tests.projects import Project
from tests.worker.queue_rows import enqueue, until
from tests.worker.serving import serving

pytestmark = [pytest.mark.anyio, pytest.mark.stack]


async def test_jobs_run_through_a_transaction_pooler_with_one_connection(
    project: Project, queue_db: Connection, pooler: str
) -> None:
    handlers = Handlers()

    @handlers.handler("work")
    async def work(context: Context, _payload: object) -> int:
        async with context.connection() as connection, connection.transaction():
            cursor = await connection.execute("select %s::integer as n", [context.job.id])
            return int((await cursor.fetchall())[0]["n"])

    for _ in range(20):
        enqueue(queue_db)
    async with serving(
        create_app(project.settings, DatabaseTransport(project.settings, pooler), handlers)
    ) as client:
        client.headers["x-job-runner-secret"] = project.settings.secret.get_secret_value()
        await asyncio.gather(*(client.post("/api/jobs/run") for _ in range(3)))
        await client.post("/api/jobs/run")
        done = "select from public.job_queue where status = 'succeeded' and result = to_jsonb(id)"
        await until(lambda: len(queue_db.execute(done).fetchall()) == 20)


def test_pooler_hands_out_its_connection_by_transaction(pooler: str) -> None:
    with connect(pooler) as first, connect(pooler) as second:
        pids = [each.execute("select pg_backend_pid()").fetchall() for each in (first, second)]
    assert pids[0] == pids[1]
