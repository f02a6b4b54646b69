"""PgBouncer in transaction mode before the stack, as Supabase's own pooler is before a project."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlencode, urlsplit

import pytest

from supaops.local import Stack
from supaops.local.account import server_account

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
START_TIMEOUT_S = 10

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
        pytest.skip("needs PgBouncer: apt-get install pgbouncer")
    with tempfile.TemporaryDirectory(prefix="supaops-pooler-") as name:
        folder, account = Path(name), server_account()
        ini = folder / "pgbouncer.ini"
        ini.write_text(INI.format(server=server_of(stack), folder=folder), encoding="utf-8")
        account.own(ini, 0o600)
        account.own(folder, 0o755)
        process = subprocess.Popen([PGBOUNCER, "-q", str(ini)], **account.popen_options())
        try:
            await_socket(folder / ".s.PGSQL.6432", process)
            yield f"postgresql://postgres@/postgres?{urlencode({'host': name, 'port': 6432})}"
        finally:
            process.terminate()
            process.wait(START_TIMEOUT_S)


def server_of(stack: Stack) -> str:
    url = urlsplit(stack.url)
    return (
        f"host={url.hostname} port={url.port} dbname={url.path[1:]} "
        f"user={url.username} password={unquote(url.password or '')}"
    )


def await_socket(path: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until somebody answers: the file is there a moment before."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while not answers(path):
        assert process.poll() is None, "pgbouncer did not start"
        assert time.monotonic() < deadline, "pgbouncer does not listen"
        time.sleep(0.01)


def answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return False
    return True
