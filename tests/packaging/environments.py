"""Empty environments, outside the checkout, with what was built installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.chains import unused_endpoint
from tests.packaging.conftest import BIN

_UNREACHABLE = ("Failed to fetch", "dns error", "error sending request", "Connect")
_KEPT = ("HOME", "LANG", "TMPDIR", "TERM")


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python of its own, and an empty folder to work in."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / "project"

    @property
    def bin(self) -> Path:
        return self.root / "venv" / "bin"

    def run(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run one of its programs; nothing but PATH leads to it."""
        program, *arguments = words
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        path = f"{self.bin}{os.pathsep}{os.defpath}"
        return subprocess.run(
            [self.bin / program, *arguments],
            cwd=self.folder,
            env={**kept, "PATH": path, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


@contextmanager
def installed(python: str, requirement: str, *options: str) -> Iterator[Environment]:
    """Make an environment; skip where this machine has no such Python, or nothing to install from.

    Args:    requirement: such as ``dist/x.whl[embedded]``.
             options: of `uv pip install`.
    """
    root = Path(mkdtemp(prefix="supaops-wheel-"))
    root.chmod(0o755)  # for the server's account
    environment = Environment(root)
    environment.folder.mkdir()
    try:
        _create(environment, python)
        _install(environment, requirement, *options)
        yield environment
    finally:
        shutil.rmtree(root)


def _create(environment: Environment, python: str) -> None:
    done = _uv("venv", "--no-python-downloads", "--python", python, str(environment.bin.parent))
    if done.returncode:
        pytest.skip(f"there is no Python {python} on this machine")


def _install(environment: Environment, *words: str) -> None:
    done = _uv("pip", "install", "--python", str(environment.bin / "python"), *words)
    if "CI" not in os.environ and any(each in done.stderr for each in _UNREACHABLE):
        pytest.skip("there is no package index to install from")
    assert done.returncode == 0, done.stderr


def _uv(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / "uv", "--quiet", *words], capture_output=True, text=True, check=False
    )


def embedded() -> dict[str, str]:
    """Return the variables of a machine without a PostgreSQL of its own."""
    return {"SUPAOPS_PG_BIN": "embedded", "JOB_QUEUE_WORKER_ENDPOINT": unused_endpoint()}
