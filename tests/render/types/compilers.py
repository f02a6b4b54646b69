"""The real type checkers of both languages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

OFFLINE = ("--no-config", "--no-lock", "--no-remote", "--no-npm")


def deno(*words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Deno, which must not reach for anything outside, or skip the test."""
    program = shutil.which("deno", path=f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}")
    if program is None:
        return pytest.skip("there is no deno; run make setup")
    return run([program, *words], variables=variables)


def deno_check(*files: Path) -> str:
    """Return what Deno says of files; nothing when all is well."""
    done = deno("check", "--quiet", *OFFLINE, *files)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def mypy(*files: Path) -> str:
    """Return what mypy says of files under its strictest rules; nothing when all is well."""
    words = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--config-file="]
    done = run([*words, *files], cwd=files[0].parent)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def run(
    words: Sequence[str | Path],
    cwd: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "NO_COLOR": "1", "DENO_NO_UPDATE_CHECK": "1", **(variables or {})}
    return subprocess.run(
        words, cwd=cwd, env=environ, capture_output=True, text=True, check=False, timeout=100
    )
