"""What a repository tells of itself, so that `supaops init` need not ask."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supaops.errors import SupaopsError
from supaops.git import git
from supaops.scaffold.roots import SUPABASE, find_root, find_top
from supaops.scaffold.runner import Runner
from supaops.scaffold.services import CI

_HOST = re.compile(r"(?:[a-z+]+://)?(?:[^@/]*@)?([^:/]+)[:/]", re.IGNORECASE)
_BEGINNING = 2_000
_OURS = "-- Written by `supaops render --migration`"
_REF = re.compile(r"[a-z]{20}")
_PYTHON = ("pyproject.toml", "requirements.txt", "setup.py")


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found.

    Attributes:
        root: the project's folder, which holds or should hold ``ops/config``.
        top: of the git repository around it; `root` without one.
        is_git: whether there is one.
        is_supabase: whether the Supabase CLI knows the project.
        has_migration: whether supabase/migrations holds one that supaops wrote.
        name: what its people may call it; never empty.
        ref: of the linked Supabase project; empty when none is linked.
        service: where the repository is hosted, and what tells.
        runners: what may run jobs, and what tells, the likeliest first.
    """

    root: Path
    top: Path
    is_git: bool
    is_supabase: bool
    has_migration: bool
    name: str
    ref: str
    service: tuple[CI, str] | None
    runners: tuple[tuple[Runner, str], ...]


def survey(here: Path) -> Survey:
    """Look at the repository around a folder, and change nothing.

    Raises: UsageError when it holds several projects; SupaopsError for a config.toml that is none.
    """
    root = find_root(here)
    top = find_top(root)
    supabase = _supabase(root)
    return Survey(
        root=root,
        top=top,
        is_git=(top / ".git").exists(),
        is_supabase=supabase is not None,
        has_migration=_has_migration(root),
        name=_name(root, supabase or {}),
        ref=_ref(root),
        service=next(_services(top), None),
        runners=tuple(_runners(root, supabase or {})),
    )


def _supabase(root: Path) -> dict[str, Any] | None:
    try:
        with (root / SUPABASE).open("rb") as stream:
            return tomllib.load(stream)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:  # TOMLDecodeError and UnicodeDecodeError are such
        cause = getattr(error, "strerror", None) or f"it is not TOML: {error}"
        raise SupaopsError(
            f"cannot read the Supabase project: {cause}; nothing was written",
            place=str(root / SUPABASE),
            hint="mend the file, as far as `supabase status` takes it",
        ) from error


def _has_migration(root: Path) -> bool:
    """Tell whether a migration names us in its first line, as ours do."""
    files = (root / "supabase" / "migrations").glob("*.sql")
    return any(_OURS in _beginning(file) for file in files)


def _beginning(file: Path) -> str:
    try:
        with file.open(encoding="utf-8", errors="replace") as stream:
            return stream.read(_BEGINNING)
    except OSError:
        return ""


def _name(root: Path, supabase: dict[str, Any]) -> str:
    """Return the project's id as words, else its folder's name."""
    id_ = supabase.get("project_id")
    name = id_ if isinstance(id_, str) and re.fullmatch(r"[\w -]+", id_) else root.name
    return re.sub(r"[^\w]+|_+", " ", name).strip().title() or "This Project"


def _ref(root: Path) -> str:
    """Return what `supabase link` has written."""
    try:
        written = (root / "supabase" / ".temp" / "project-ref").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return written if _REF.fullmatch(written) else ""


def _services(top: Path) -> Iterator[tuple[CI, str]]:
    for service in CI:
        if service.value in _remote_host(top):
            yield service, "the remote origin"
    if (top / ".gitlab-ci.yml").is_file():
        yield CI.GITLAB, ".gitlab-ci.yml"
    if (top / ".github").is_dir():
        yield CI.GITHUB, ".github"


def _remote_host(top: Path) -> str:
    """Return the host of the remote `origin`; empty where git knows none."""
    host = _HOST.match(git(top, "config", "--get", "remote.origin.url") or "")
    return host[1].lower() if host else ""


def _runners(root: Path, supabase: dict[str, Any]) -> Iterator[tuple[Runner, str]]:
    if "next" in _packages(root):
        yield Runner.ROUTE, "next in package.json"
    if any((root / "supabase" / "functions").glob("*/index.ts")) or supabase.get("functions"):
        yield Runner.EDGE, "supabase/functions"
    elif any((root / name).is_file() for name in ("deno.json", "deno.jsonc")):
        yield Runner.EDGE, "deno.json"
    for name in _PYTHON:
        if (root / name).is_file():
            yield Runner.PYTHON, name
            return


def _packages(root: Path) -> frozenset[str]:
    """Return what the app is built on; a package.json that cannot be read tells nothing."""
    try:
        read = json.loads((root / "package.json").read_text(encoding="utf-8"))
        return frozenset(read.get("dependencies", {}))
    except (OSError, ValueError, AttributeError, TypeError):
        return frozenset()
