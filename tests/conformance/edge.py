"""The worker as an Edge Function, under a real Deno."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from supaops.render.edge_function import edge_config
from tests.deno import Deno, deno
from tests.projects import ROOT, Project
from tests.waiting import until

FUNCTION = ROOT / "supabase" / "functions" / "job-runner"
HANDLERS = Path(__file__).parent / "edge_handlers.ts"
_LISTENS = re.compile(r"Listening on http://[^:]+:(\d+)/")
_STOP_S = 20


@contextmanager
def serving(project: Project, variables: Mapping[str, str]) -> Iterator[str]:
    """Serve a project's function, with the handlers of the suite; yield its URL."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        environ = {**project.environ, **variables}
        process = start(deno(), lay_out(project, Path(folder)), environ, log)
        try:
            until(lambda: process.poll() is not None or _LISTENS.search(log.read_text()))
            port = _LISTENS.search(log.read_text())
            assert port, log.read_text()
            yield f"http://127.0.0.1:{port[1]}/job-runner"
        finally:
            process.terminate()
            process.wait(_STOP_S)


def lay_out(project: Project, folder: Path) -> Path:
    """Return a copy of the function as a project would have it."""
    function = folder / "job-runner"
    shutil.copytree(FUNCTION, function)
    (function / "config.ts").write_text(edge_config(project.config), encoding="utf-8")
    shutil.copy(HANDLERS, function / "handlers" / "index.ts")
    return function


def start(
    program: Deno, function: Path, environ: Mapping[str, str], log: Path
) -> subprocess.Popen[bytes]:
    """Start Deno on a free port, with no rights but those that a function needs."""
    rights = ["--allow-net", "--allow-env", "--no-prompt", "--cached-only", "--frozen"]
    with log.open("wb") as output:
        return subprocess.Popen(
            [program.path, "run", *rights, "index.ts"],
            cwd=function,
            env={**environ, **program.environ, "DENO_SERVE_ADDRESS": "tcp:127.0.0.1:0"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
