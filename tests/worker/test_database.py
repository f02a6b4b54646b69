"""The worker against the real queue: what ends up in the rows."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import httpx
import pytest

from supaops.db.connect import Connection
from supaops.worker import Context, Handlers
from supaops.worker.http.app import create_app
from supaops.worker.transports.database import DatabaseTransport
from tests.projects import Project
from tests.worker.queue_rows import enqueue, row, until
from tests.worker.serving import serving

pytestmark = [pytest.mark.anyio, pytest.mark.stack]

RUN = "/api/jobs/run"


@asynccontextmanager
async def worker(
    project: Project, handlers: Handlers, *, grace: timedelta = timedelta(0)
) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(
        project.settings, DatabaseTransport(project.settings, project.url), handlers, grace=grace
    )
    async with serving(app) as client:
        client.headers["x-job-runner-secret"] = project.settings.secret.get_secret_value()
        yield client


def counts(response: httpx.Response) -> dict[str, int]:
    assert response.status_code == 200, response.text
    return {key: n for key, n in response.json().items() if n and key != "duration_ms"}


async def test_job_succeeds_with_its_result_and_the_workers_label(
    project: Project, queue_db: Connection
) -> None:
    handlers = Handlers()
    handlers.handler("work")(lambda _context, payload: {"doubled": 2 * payload["n"]})
    job_id = enqueue(queue_db, payload='{"n": 21}')
    async with worker(project, handlers) as client:
        response = await client.post(RUN, headers={"x-supaops-dispatch": "9"}, json={"limit": 1})
    assert counts(response) == {"claimed": 1, "succeeded": 1}
    job = row(queue_db, job_id)
    assert (job["status"], job["result"], job["attempts"]) == ("succeeded", {"doubled": 42}, 1)
    assert job["worker"] == f"{socket.gethostname()}:{os.getpid()}#9"


async def test_failed_job_waits_for_its_next_attempt_with_the_error(
    project: Project, queue_db: Connection
) -> None:
    handlers = Handlers()

    @handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        raise ValueError("bad luck")

    job_id = enqueue(queue_db)
    async with worker(project, handlers) as client:
        assert counts(await client.post(RUN)) == {"claimed": 1, "retried": 1}
    job = row(queue_db, job_id)
    assert (job["status"], job["attempts"]) == ("pending", 1)
    assert job["last_error"].startswith("ValueError: bad luck\n")


async def test_job_fails_for_good_after_its_last_attempt(
    project: Project, queue_db: Connection
) -> None:
    job_id = enqueue(queue_db, "nap")
    queue_db.execute("update public.job_queue set max_attempts = 1 where id = %s", [job_id])
    async with worker(project, Handlers()) as client:
        assert counts(await client.post(RUN)) == {"claimed": 1, "failed": 1}
    assert row(queue_db, job_id)["status"] == "failed"


async def test_result_that_jsonb_refuses_fails_the_attempt(
    project: Project, queue_db: Connection
) -> None:
    handlers = Handlers()
    handlers.handler("work")(lambda *_: "\0")
    job_id = enqueue(queue_db)
    async with worker(project, handlers) as client:
        assert counts(await client.post(RUN)) == {"claimed": 1, "retried": 1}
    assert "the result was refused" in row(queue_db, job_id)["last_error"]


async def test_handler_uses_a_connection_of_the_pool(
    project: Project, queue_db: Connection
) -> None:
    handlers = Handlers()

    @handlers.handler("work")
    async def work(context: Context, _payload: object) -> object:
        async with context.connection() as connection, connection.transaction():
            cursor = await connection.execute("select current_setting('application_name') as name")
            return (await cursor.fetchall())[0]["name"]

    job_id = enqueue(queue_db)
    async with worker(project, handlers) as client:
        await client.post(RUN)
    assert row(queue_db, job_id)["result"] == "supaops worker"


async def test_handlers_that_hold_every_connection_do_not_stop_the_heartbeat(
    project: Project, queue_db: Connection
) -> None:
    handlers, finish, holding = Handlers(), asyncio.Event(), []

    @handlers.handler("nap")
    async def nap(context: Context, _payload: object) -> None:
        async with context.connection() as connection:
            holding.append(connection)
            await finish.wait()

    for _ in range(10):
        enqueue(queue_db, "nap")
    async with worker(project, handlers, grace=timedelta(seconds=5)) as client:
        await client.post(RUN)
        await until(lambda: len(holding) == 10)
        held_until = lease_end(queue_db)
        await until(lambda: lease_end(queue_db) > held_until)
        finish.set()


def lease_end(db: Connection) -> datetime:
    [found] = db.execute("select max(expires_at) as at from supaops.lease").fetchall()
    end: datetime = found["at"]
    return end


async def test_job_cancelled_by_an_operator_is_stopped(
    project: Project, queue_db: Connection
) -> None:
    handlers, stopped = Handlers(), asyncio.Event()

    @handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    job_id = enqueue(queue_db)
    async with worker(project, handlers) as client:
        answer = asyncio.create_task(client.post(RUN))
        await until(lambda: row(queue_db, job_id)["status"] == "running")
        queue_db.execute("select public.job_queue_cancel(array[%s]::bigint[])", [job_id])
        assert counts(await answer) == {"claimed": 1, "cancelled": 1}
    assert stopped.is_set()
    assert row(queue_db, job_id)["status"] == "cancelled"


async def test_completion_is_refused_after_another_worker_took_the_job_over(
    project: Project, queue_db: Connection
) -> None:
    handlers, finish = Handlers(), asyncio.Event()

    @handlers.handler("work")
    async def work(_context: Context, _payload: object) -> str:
        await finish.wait()
        return "late"

    job_id = enqueue(queue_db)
    async with worker(project, handlers) as client:
        answer = asyncio.create_task(client.post(RUN))
        await until(lambda: row(queue_db, job_id)["status"] == "running")
        queue_db.execute("update supaops.lease set expires_at = now() - interval '1 s'")
        queue_db.execute("select * from public.job_queue_claim(1, 'the other')")
        finish.set()
        assert counts(await answer) == {"claimed": 1, "refused": 1}
    job = row(queue_db, job_id)
    assert (job["status"], job["worker"], job["result"]) == ("running", "the other", None)


async def test_shutdown_gives_a_job_back_at_once_and_uncounted(
    project: Project, queue_db: Connection
) -> None:
    handlers = Handlers()

    @handlers.handler("work")
    async def work(_context: Context, _payload: object) -> None:
        await asyncio.Event().wait()

    job_id = enqueue(queue_db)
    queue_db.execute("update public.job_queue set max_attempts = 1 where id = %s", [job_id])
    async with worker(project, handlers) as client:
        answer = asyncio.create_task(client.post(RUN))
        await until(lambda: row(queue_db, job_id)["status"] == "running")
        await answer
    job = row(queue_db, job_id)
    assert (job["status"], job["attempts"], job["max_attempts"]) == ("pending", 0, 1)
    [again] = queue_db.execute("select id from public.job_queue_claim(1, 'next')").fetchall()
    assert again["id"] == job_id


async def test_broken_connections_cost_no_request_once_the_server_is_there(
    project: Project, queue_db: Connection
) -> None:
    handlers = Handlers()
    handlers.handler("work")(lambda *_: None)
    async with worker(project, handlers) as client:
        await client.post(RUN)
        [killed] = queue_db.execute(
            "select count(pg_terminate_backend(pid)) as n from pg_stat_activity "
            "where application_name = 'supaops worker'"
        ).fetchall()
        assert killed["n"] > 0
        enqueue(queue_db)
        assert counts(await client.post(RUN)) == {"claimed": 1, "succeeded": 1}


async def test_queue_that_is_not_applied_is_503(
    project: Project, queue_db: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    queue_db.execute("alter function public.job_queue_exchange rename to exchange_away")
    try:
        async with worker(project, Handlers()) as client:
            response = await client.post(RUN)
    finally:
        queue_db.execute("alter function public.exchange_away rename to job_queue_exchange")
    assert (response.status_code, response.json()) == (
        503,
        {"error": "the database is unavailable"},
    )
    assert "job_queue_exchange" in caplog.text
