"""Repositories for the tests of `supaops init`."""

from __future__ import annotations

import subprocess
from pathlib import Path

from supaops.scaffold.files import write_whole

TOML = '# ours\nproject_id = "game-shop"\n[db]\nport = 54322\n'


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")
    subprocess.run(["git", *who, *words], cwd=folder, check=True)


def add_supabase(folder: Path, text: str = TOML) -> None:
    write_whole(folder / "supabase" / "config.toml", text)


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "all")


def contents(folder: Path) -> dict[str, str]:
    """Return the text of each file by its path; of git's own none."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in files
        if ".git" not in path.parts
    }
