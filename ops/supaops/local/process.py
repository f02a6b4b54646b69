"""Ask the operating system about a process by its id."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

_PROC = Path("/proc")


def command(pid: int) -> str:
    """Return the command line of a running process; empty when it is gone or a zombie."""
    if not _PROC.joinpath("self").exists():
        done = subprocess.run(
            ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return done.stdout.strip()
    try:
        raw = _PROC.joinpath(str(pid), "cmdline").read_bytes()
    except OSError:
        return ""
    return os.fsdecode(raw).replace("\0", " ").strip()


def postmaster(data_dir: Path) -> int | None:
    """Return the process id of the server that runs on a data directory.

    A process id outlives its file: it counts only when that process is a server of this directory.
    """
    try:
        pid = int((data_dir / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if f"-D {data_dir}" in command(pid) else None


def started_at(data_dir: Path) -> datetime | None:
    """Return when the server of a data directory started, by its own file."""
    try:
        lines = (data_dir / "postmaster.pid").read_text().split("\n")
        return datetime.fromtimestamp(int(lines[2]), UTC)
    except (OSError, ValueError, IndexError):
        return None
