"""The worker behind PgBouncer in transaction mode, as behind Supabase's own pooler."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlencode, urlsplit

import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from supaops.local.account import server_account
from supaops.worker import Context, Handlers
from supaops.worker.app import create_app
from tests.worker.conftest import Project
from tests.worker.queue_rows import enqueue, until
from tests.worker.serving import serving

pytestmark = [pytest.mark.anyio, pytest.mark.stack]

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

INI = """
[databases]
postgres = {server}
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = {folder}
auth_type = any
pool_mode = transaction
default_pool_size = 1
max_prepared_statements = 0
ignore_startup_parameters = extra_float_digits
"""


@pytest.fixture
def pooler(stack: Stack) -> Iterator[str]:
    """Return the URL of a transaction pooler with a single server connection."""
    if PGBOUNCER is None:
        pytest.skip("pgbouncer is not installed")
    with tempfile.TemporaryDirectory(prefix="supaops-pooler-") as name:
        folder, account = Path(name), server_account()
        ini = folder / "pgbouncer.ini"
        ini.write_text(INI.format(server=server_of(stack), folder=folder))
        account.own(ini, 0o600)
        account.own(folder, 0o755)
        process = subprocess.Popen([PGBOUNCER, "-q", str(ini)], **account.popen_options())
        try:
            while not (folder / ".s.PGSQL.6432").exists():
                assert process.poll() is None, "pgbouncer did not start"
                time.sleep(0.01)
            yield f"postgresql://postgres@/postgres?{urlencode({'host': name, 'port': 6432})}"
        finally:
            process.terminate()
            process.wait(10)


def server_of(stack: Stack) -> str:
    url = urlsplit(stack.url)
    return (
        f"host={url.hostname} port={url.port} dbname={url.path[1:]} "
        f"user={url.username} password={unquote(url.password or '')}"
    )


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
    async with serving(create_app(project.settings, pooler, handlers)) as client:
        client.headers["x-job-runner-secret"] = project.settings.secret.get_secret_value()
        await asyncio.gather(*(client.post("/api/jobs/run") for _ in range(3)))
        await client.post("/api/jobs/run")
        done = "select from public.job_queue where status = 'succeeded' and result = to_jsonb(id)"
        await until(lambda: len(queue_db.execute(done).fetchall()) == 20)


def test_pooler_hands_out_its_connection_by_transaction(pooler: str) -> None:
    with connect(pooler) as first, connect(pooler) as second:
        pids = [each.execute("select pg_backend_pid()").fetchall() for each in (first, second)]
    assert pids[0] == pids[1]
