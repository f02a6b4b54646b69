"""The worker as an Edge Function, under a real Deno."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from supaops.config import Config
from supaops.render.edge_function import edge_config
from tests.edge.deno import FUNCTION, deno
from tests.waiting import until

HANDLERS = Path(__file__).parent / "handlers.ts"
_LISTENS = re.compile(r"Listening on http://[^:]+:(\d+)/")
_STOP_S = 20


@dataclass(frozen=True, slots=True)
class Served:
    """A function that serves.

    Attributes:
        origin: its host and port, as a URL.
        log: the file that all it writes goes to.
    """

    origin: str
    secret: str
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Return where pg_net would post to, as the platform hands it on."""
        return f"{self.origin}/job-runner"

    def request(
        self,
        method: str,
        path: str = "/job-runner",
        *,
        headers: Mapping[str, str] | None = None,
        **content: Any,
    ) -> httpx.Response:
        """Send a request with the secret, and with what else is given."""
        given = {"x-job-runner-secret": self.secret, **(headers or {})}
        sent = {name.encode(): value.encode() for name, value in given.items()}
        return httpx.request(method, self.origin + path, headers=sent, timeout=20, **content)

    def run(self, limit: int = 10, **wishes: int) -> dict[str, int]:
        """Post, and return the counts of the answer that are not zero."""
        answer = self.request("POST", json={"limit": limit, **wishes})
        assert answer.status_code == 200, answer.text
        return {key: n for key, n in answer.json().items() if n and key != "duration_ms"}


@contextmanager
def serving(config: Config, environ: Mapping[str, str]) -> Iterator[Served]:
    """Serve the function of a config, with the handlers of the tests."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        process = start(lay_out(config, Path(folder)), environ, log)
        try:
            until(lambda: process.poll() is not None or _LISTENS.search(log.read_text()))
            port = _LISTENS.search(log.read_text())
            assert port, log.read_text()
            origin = f"http://127.0.0.1:{port[1]}"
            yield Served(origin, environ["JOB_QUEUE_RUNNER_SECRET"], log, process)
        finally:
            process.terminate()
            process.wait(_STOP_S)


def lay_out(config: Config, folder: Path) -> Path:
    """Return a copy of the function as a project would have it."""
    function = folder / "job-runner"
    shutil.copytree(FUNCTION, function)
    (function / "config.ts").write_text(edge_config(config), encoding="utf-8")
    shutil.copy(HANDLERS, function / "handlers" / "index.ts")
    return function


def start(function: Path, environ: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start Deno on a free port, with no rights but those that the function needs."""
    program = deno()
    rights = ["--allow-net", "--allow-env", "--no-prompt", "--cached-only", "--frozen"]
    with log.open("wb") as output:
        return subprocess.Popen(
            [program.path, "run", *rights, "index.ts"],
            cwd=function,
            env={**environ, **program.environ, "DENO_SERVE_ADDRESS": "tcp:127.0.0.1:0"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
