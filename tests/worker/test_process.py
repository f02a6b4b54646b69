"""`supaops serve` as a process of its own: killed, stopped, left without its database."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from supaops.db.connect import Connection, connect
from supaops.worker import Context, Handlers
from supaops.worker.http.app import create_app
from supaops.worker.transports.database import DatabaseTransport
from tests.private_server import PrivateServer, private_server
from tests.projects import ROOT, Project
from tests.worker.conftest import apply_project
from tests.worker.queue_rows import enqueue, row, until
from tests.worker.serving import serving

pytestmark = [pytest.mark.anyio, pytest.mark.stack]

RUN = "/api/jobs/run"
SUPAOPS = [sys.executable, "-c", "from supaops.cli import main; main()"]

NAPS = """
import asyncio
from supaops.worker import Handlers

registry = Handlers()

@registry.handler("nap")
async def nap(context, payload):
    await asyncio.sleep(payload["seconds"])
    return "slept"
"""


class Worker:
    """A running `supaops serve` and a client of it."""

    def __init__(self, process: Process, client: httpx.AsyncClient) -> None:
        self.process = process
        self.client = client

    async def run(self) -> httpx.Response:
        return await self.client.post(RUN, json={"limit": 10})


async def start(project: Project, *words: str, environ: dict[str, str] | None = None) -> Process:
    return await asyncio.create_subprocess_exec(
        *SUPAOPS,
        "serve",
        "--config",
        str(project.config_path),
        *words,
        env={**project.environ, "PYTHONPATH": str(ROOT / "ops"), **(environ or {})},
        stdin=DEVNULL,
        stderr=PIPE,
    )


async def port_of(process: Process) -> int:
    assert process.stderr
    async for line in process.stderr:
        if found := re.search(rb"listening on http://127.0.0.1:(\d+)", line):
            return int(found[1])
    raise AssertionError("the worker did not start")


@asynccontextmanager
async def serve(project: Project) -> AsyncIterator[Worker]:
    process = await start(project, "--port", "0", "--handlers", "naps")
    try:
        headers = {"x-job-runner-secret": project.settings.secret.get_secret_value()}
        url = f"http://127.0.0.1:{await port_of(process)}"
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=10) as client:
            await client.get("/healthz")
            yield Worker(process, client)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.fixture
def naps(project: Project) -> None:
    (project.folder / "naps.py").write_text(NAPS)


@pytest.mark.usefixtures("naps")
async def test_sigkill_of_a_worker_loses_no_job(project: Project, queue_db: Connection) -> None:
    jobs = [enqueue(queue_db, "nap", '{"seconds": 0.2}') for _ in range(30)]
    async with serve(project) as doomed, serve(project) as survivor:
        answer = asyncio.create_task(doomed.run())
        await until(lambda: "running" in statuses(queue_db))
        doomed.process.kill()
        with pytest.raises(httpx.HTTPError):
            await answer
        async with asyncio.timeout(20):
            while set(statuses(queue_db)) != {"succeeded"}:
                await survivor.run()
                await asyncio.sleep(0.05)
    assert statuses(queue_db) == {"succeeded": len(jobs)}
    lost = queue_db.execute("select from supaops.attempt where outcome = 'lost'").fetchall()
    assert len(lost) == 10


@pytest.mark.usefixtures("naps")
async def test_sigterm_lets_running_jobs_end_and_exits_0(
    project: Project, queue_db: Connection
) -> None:
    job_id = enqueue(queue_db, "nap", '{"seconds": 1.5}')
    async with serve(project) as worker:
        answer = asyncio.create_task(worker.run())
        await until(lambda: row(queue_db, job_id)["status"] == "running")
        worker.process.send_signal(signal.SIGTERM)
        await worker.process.wait()
        assert worker.process.returncode == 0
        assert (await answer).json()["running"] == 1
    assert row(queue_db, job_id)["result"] == "slept"


async def test_port_in_use_is_an_error_with_a_remedy(project: Project) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = await start(project, "--port", str(taken.getsockname()[1]))
        _, said = await process.communicate()
    assert process.returncode == 1
    assert b"cannot listen" in said
    assert b"--port" in said
    assert b"Traceback" not in said


async def test_missing_handler_module_is_an_error_without_a_traceback(project: Project) -> None:
    process = await start(project, environ={"SUPAOPS_HANDLERS": "no_such_module"})
    _, said = await process.communicate()
    assert process.returncode == 1
    assert b"cannot import the handler module 'no_such_module'" in said
    assert b"Traceback" not in said


@pytest.fixture
def server() -> Iterator[PrivateServer]:
    with private_server() as found:
        yield found


async def test_restart_of_the_server_heals_without_a_restart_of_the_worker(
    server: PrivateServer, tmp_path: Path
) -> None:
    project = apply_project(server.stack, tmp_path)
    handlers, finish = Handlers(), asyncio.Event()

    @handlers.handler("nap")
    async def nap(_context: Context, _payload: object) -> str:
        await finish.wait()
        return "through it all"

    url = project.url
    with connect(url) as db:
        job_id = enqueue(db, "nap")
    async with serving(
        create_app(project.settings, DatabaseTransport(project.settings, url), handlers)
    ) as client:
        client.headers["x-job-runner-secret"] = project.settings.secret.get_secret_value()
        assert (await client.post(RUN)).json()["running"] == 1
        await asyncio.to_thread(server.stop, "fast")
        finish.set()
        assert (await client.post(RUN)).status_code == 503
        await asyncio.to_thread(server.start)
        with connect(url) as db:
            async with asyncio.timeout(20):
                while row(db, job_id)["status"] != "succeeded":
                    await client.post(RUN)
        assert (await client.post(RUN)).status_code == 200


def statuses(db: Connection) -> dict[str, int]:
    found = db.execute("select status, count(*) as n from public.job_queue group by status")
    return {each["status"]: each["n"] for each in found.fetchall()}


@pytest.mark.usefixtures("naps")
async def test_sigterm_ends_a_worker_that_looks_for_more_at_once_and_in_good_order(
    project: Project, queue_db: Connection
) -> None:
    async with serve(project) as worker:
        answer = await worker.client.post(RUN, json={"limit": 10, "linger_ms": 60_000})
        assert answer.json()["claimed"] == 0
        late = enqueue(queue_db, "nap", '{"seconds": 0}')
        await until(lambda: row(queue_db, late)["status"] == "succeeded")
        worker.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(5):
            _, said = await worker.process.communicate()
    assert worker.process.returncode == 0
    assert b"Traceback" not in said
