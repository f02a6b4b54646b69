"""The programs that drive a peer through its own library, in its own environment."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.project import REPOSITORY
from benchmarks.server import Server
from supaops.errors import SupaopsError

PEERS = REPOSITORY / ".bench"
"""Where `scripts/bench-peers` installs them."""

DRIVERS = REPOSITORY / "benchmarks" / "drivers"
PYTHON = str(PEERS / "venv" / "bin" / "python")
NODE = "node"
_INSTALL = "run scripts/bench-peers, or make bench, which does"
_PATIENCE_S = 600


def python_missing() -> str | None:
    """Return what to do to have the peers from PyPI."""
    return None if (PEERS / "venv" / ".installed").exists() else _INSTALL


def node_missing() -> str | None:
    """Return what to do to have the peers from npm."""
    return None if (PEERS / "node" / ".installed").exists() else f"{_INSTALL}; needs Node.js 20"


def node_driver(name: str) -> tuple[str, ...]:
    """Return the command of a driver in JavaScript."""
    return (NODE, str(DRIVERS / name))


def environment(server: Server) -> dict[str, str]:
    """Return a program's variables: how to connect, and where it finds what it is made of."""
    return {**server.environment, "BENCH_PEERS": str(PEERS), "PYTHONPATH": python_path()}


def python_path() -> str:
    """Return where Python looks for the benchmarks, and for what the caller looks at too."""
    known = os.environ.get("PYTHONPATH")
    return os.pathsep.join([str(REPOSITORY), *([known] if known else [])])


def run(server: Server, command: tuple[str, ...], *arguments: str | int) -> dict[str, Any]:
    """Run a program and return what its last line of output says, in JSON.

    Raises: SupaopsError with the program's own last words.
    """
    try:
        done = subprocess.run(
            [*command, *map(str, arguments)],
            env=environment(server), timeout=_PATIENCE_S,
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except subprocess.CalledProcessError as error:
        raise _failed(command, _last(error.stderr)) from error
    except subprocess.TimeoutExpired as error:
        raise _failed(command, f"no end within {_PATIENCE_S} s") from error
    except (IndexError, ValueError) as error:
        raise _failed(command, "no line of JSON") from error
    return answer


def _failed(command: tuple[str, ...], cause: str) -> SupaopsError:
    return SupaopsError(f"{Path(command[-1]).name} failed: {cause}", place=" ".join(command))


def _last(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if "rror" in line]
    return (telling or lines or ["no reason given"])[-1]


def python_version(package: str) -> str:
    """Return the version of a package in the peers' environment."""
    script = f"from importlib.metadata import version; print(version({package!r}))"
    done = subprocess.run([PYTHON, "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.strip()
