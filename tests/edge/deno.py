"""Deno, with the packages of the Edge Function from npm."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.projects import ROOT

FUNCTION = ROOT / "supabase" / "functions" / "job-runner"
HOW = "let Deno reach npm once, or name a DENO_DIR that holds its packages"
_CACHE_S = 100


@dataclass(frozen=True, slots=True)
class Deno:
    """A program, and the variables by which it finds what it has fetched."""

    path: str
    environ: dict[str, str]

    def run(self, *words: str, cwd: Path = FUNCTION) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.path, *words],
            cwd=cwd,
            env={**os.environ, **self.environ},
            capture_output=True,
            text=True,
            timeout=_CACHE_S,
            check=False,
        )


def deno() -> Deno:
    """Return Deno with its packages, or skip the test."""
    found = _prepared()
    if isinstance(found, str):
        pytest.skip(found)
    return found


@cache
def _prepared() -> Deno | str:
    """Fetch what the function imports, once; what is there already needs no network."""
    beside = Path(sys.executable).parent / "deno"
    path = str(beside) if beside.exists() else shutil.which("deno")
    if path is None:
        return "there is no Deno (pip install deno)"
    home = os.environ.get("DENO_DIR") or str(Path(sys.prefix) / "deno")
    program = Deno(path, {"DENO_DIR": home, "NO_COLOR": "1", "DENO_NO_UPDATE_CHECK": "1"})
    done = program.run("install", "--frozen", "--entrypoint", "index.ts")
    return program if done.returncode == 0 else f"{done.stderr.strip()[-200:]} ({HOW})"
