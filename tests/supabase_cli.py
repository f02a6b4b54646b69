"""The real Supabase CLI, where there is one: `make check-supabase` installs it from npm."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from supaops.local import Stack
from tests.projects import Project

VARIABLE = "SUPAOPS_SUPABASE_CLI"
HOW = f"make check-supabase, or npm install supabase and {VARIABLE}=.../node_modules/.bin/supabase"
TIMEOUT_S = 100


@dataclass(frozen=True, slots=True)
class SupabaseCli:
    """The CLI in one project's folder, against one database."""

    program: str
    folder: Path
    url: str = field(repr=False)
    environ: Mapping[str, str] = field(repr=False)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.program, *words, f"--remote={self.url}", "--yes"],
            cwd=self.folder,
            env={**self.environ, "HOME": str(self.folder), "SUPABASE_TELEMETRY_DISABLED": "1"},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )

    def __call__(self, *words: str) -> str:
        """Run a command that must succeed, and return all that it wrote."""
        done = self.run(*words)
        told = done.stdout + done.stderr
        assert done.returncode == 0, told
        return told


def found() -> str | None:
    """Return the CLI's path, if there is one."""
    return os.environ.get(VARIABLE) or shutil.which("supabase")


def program() -> str:
    """Return the CLI's path, or skip the test."""
    return found() or pytest.skip(f"there is no Supabase CLI ({HOW})")


def in_project(project: Project, stack: Stack) -> SupabaseCli:
    """Lay out what the CLI needs of what `supabase init` makes."""
    config = project.folder / "supabase" / "config.toml"
    config.parent.mkdir()
    config.write_text('project_id = "it"\n', encoding="utf-8")
    return SupabaseCli(program(), project.folder, stack.url, project.environ)
