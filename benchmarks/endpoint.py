"""A real `supaops serve`, for pg_net to post to."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO

import httpx

from benchmarks.programs import python_path
from benchmarks.project import MEASURED, REPOSITORY
from benchmarks.server import Server
from supaops.errors import SupaopsError

HANDLERS = "benchmarks.drivers.wake_handlers"
_SUPAOPS = (sys.executable, "-c", "from supaops.cli import main; main()")
_PATIENCE_S = 30


def free_address() -> str:
    """Return a URL of the worker's path at a port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}/api/jobs/run"


@contextmanager
def serving(server: Server, variables: Mapping[str, str], environment: str) -> Iterator[None]:
    """Serve a project's environment at JOB_QUEUE_WORKER_ENDPOINT until the block ends.

    Raises: SupaopsError with the worker's last words, when it does not come up.
    """
    url = httpx.URL(variables["JOB_QUEUE_WORKER_ENDPOINT"])
    words = ("serve", "--config", str(MEASURED), "--env", environment, "--handlers", HANDLERS)
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [*_SUPAOPS, *words, "--port", str(url.port)],
            env={**server.environment, **variables, "PYTHONPATH": python_path()},
            cwd=REPOSITORY, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            _await(url.copy_with(path="/healthz"), process, log)
            yield
        finally:
            process.terminate()
            process.wait(_PATIENCE_S)


def _await(url: httpx.URL, process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not _answers(url):
        if process.poll() is not None or time.monotonic() > deadline:
            log.seek(0)
            said = log.read().decode(errors="replace").splitlines()
            raise SupaopsError(f"the worker did not come up: {(said or ['no reason given'])[-1]}")
        time.sleep(0.05)


def _answers(url: httpx.URL) -> bool:
    try:
        return httpx.get(url, timeout=2).is_success
    except httpx.TransportError:
        return False
