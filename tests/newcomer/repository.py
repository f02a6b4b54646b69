"""An empty repository with Supabase in it, as the real `supabase init` makes one."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from supaops import local
from supaops.local import process

_OURS = ("SUPAOPS_", "JOB_QUEUE_", "PYTHON")
_OF_A_PROJECT = {"DATABASE_URL", "VIRTUAL_ENV", "SENTRY_DSN"}


@contextmanager
def repository(supabase: str | None) -> Iterator[Path]:
    """Have a repository for the length of a block; what it started ends with it.

    Args:    supabase: the CLI; without one its `config.toml` is laid out in its place.
    """
    folder = Path(tempfile.mkdtemp(prefix="supaops-newcomer-"))
    folder.chmod(0o755)  # the server's account must be able to enter it
    try:
        subprocess.run(["git", "init", "--quiet", folder], check=True)
        _with_supabase(folder, supabase)
        yield folder
    finally:
        local.down(folder, purge=True)
        shutil.rmtree(folder)


def _with_supabase(folder: Path, cli: str | None) -> None:
    if cli is None:
        (folder / "supabase").mkdir()
        (folder / "supabase" / "config.toml").write_text('project_id = "it"\n', encoding="utf-8")
        return
    with tempfile.TemporaryDirectory() as home:
        subprocess.run(
            [cli, "init"],
            cwd=folder,
            env={**os.environ, "HOME": home, "SUPABASE_TELEMETRY_DISABLED": "1"},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True,
        )  # fmt: skip


def variables(path: Path, port: int, **more: str) -> Mapping[str, str]:
    """Return a newcomer's variables: none of ours, but for a worker's port that is free.

    Args:    path: the folder whose programs are found first.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_OURS) and name not in _OF_A_PROJECT
    }
    return {
        **kept,
        "PATH": f"{path}{os.pathsep}{os.environ['PATH']}",
        "SUPAOPS_PORT": str(port),
        "JOB_QUEUE_WORKER_ENDPOINT": f"http://127.0.0.1:{port}/api/jobs/run",
        **more,
    }


def running_in(folder: Path) -> list[str]:
    """Return the command lines of processes that work in a folder, or name it."""
    return [process.command(pid) for pid in _pids() if _is_in(folder, pid)]


def _pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").glob("[0-9]*")]


def _is_in(folder: Path, pid: int) -> bool:
    try:
        here = Path(f"/proc/{pid}/cwd").readlink().is_relative_to(folder)
    except OSError:  # it is gone, or somebody else's
        here = False
    return here or str(folder) in process.command(pid)
