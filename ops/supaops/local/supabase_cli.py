"""The stack of `supabase start`, as far as `supabase status` tells of it."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from supaops.errors import LocalStackError

# Docker may be slow to answer; the CLI itself takes a second.
_TIMEOUT_S = 30
_INSIDE = "http://api.supabase.internal:8000"
"""The API as the database reaches it: the alias that the CLI gives the API in its network."""


@dataclass(frozen=True, slots=True)
class SupabaseStack:
    """What runs: the URL for role postgres, and the API's as that database reaches it, or ""."""

    url: str = field(repr=False)
    api_url: str


def find_supabase(root: Path) -> SupabaseStack | None:
    """Return the running stack of a project that the Supabase CLI knows.

    Returns: None when the project or this machine does not use the CLI, or its stack is down.
    Raises:  LocalStackError when the CLI does not tell where the database is.
    """
    program = _program(root)
    if program is None or not (root / "supabase" / "config.toml").is_file():
        return None
    printed = _status(program, root)
    return _stack(printed) if printed is not None else None


def _program(root: Path) -> str | None:
    """Return the CLI that the project brings, else the machine's; npm's own order."""
    return shutil.which("supabase", path=root / "node_modules" / ".bin") or shutil.which("supabase")


def _status(program: str, root: Path) -> str | None:
    try:
        done = subprocess.run(
            [program, "status", "-o", "json"],
            cwd=root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_TIMEOUT_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _untold("`supabase status` did not answer") from error
    return done.stdout.decode(errors="replace") if done.returncode == 0 else None


def _stack(printed: str) -> SupabaseStack:
    try:
        told = json.loads(printed)
    except ValueError:
        told = None
    url = told.get("DB_URL") if isinstance(told, dict) else None
    if not isinstance(url, str) or not url:
        raise _untold("`supabase status -o json` tells no DB_URL")
    # The CLI tells the address of this machine, where the database is not.
    return SupabaseStack(url, _INSIDE if told.get("API_URL") else "")


def _untold(message: str) -> LocalStackError:
    return LocalStackError(message, hint="run it by hand: supabase status; or: supaops local up")
