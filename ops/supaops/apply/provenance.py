"""Who applies, from which commit, with which version."""

from __future__ import annotations

import getpass
import socket
from dataclasses import dataclass
from pathlib import Path

from supaops import __version__
from supaops.git import git


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a revision says of its origin; `git_sha` ends in ``-dirty`` for uncommitted work."""

    applied_by: str
    tool_version: str
    git_sha: str | None = None


def provenance(directory: Path) -> Provenance:
    """Return this process's provenance; `git_sha` is None outside a git checkout."""
    user = f"{_login()}@{socket.gethostname()}"
    return Provenance(user, __version__, git_sha(directory))


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a uid without a name, usual in containers
        return "unknown"


def git_sha(directory: Path) -> str | None:
    """Return the commit that `directory` is at, marked when it has uncommitted changes."""
    # The commit itself, not a tag near it.
    said = git(directory, "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*")
    return (said or "").strip() or None
