"""The unprivileged account that the server runs as: PostgreSQL refuses to run as root."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supaops.errors import LocalStackError

_PREFERRED = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the operating system."""

    name: str
    uid: int
    gid: int

    @property
    def is_current(self) -> bool:
        """Return whether this process already runs as it."""
        return os.geteuid() == self.uid

    def own(self, path: Path, mode: int) -> None:
        """Give a file or directory to the account, closed to others by `mode`."""
        path.chmod(mode)
        if not self.is_current:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def popen_options(self) -> dict[str, Any]:
        """Return the arguments of `subprocess` that run a program as the account."""
        if self.is_current:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_reach(self, path: Path) -> bool:
        """Return whether the account may enter a directory or run a program."""
        if self.is_current:
            return True
        probe = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)]
        return subprocess.run(probe, check=False, cwd="/", **self.popen_options()).returncode == 0


def server_account(recorded: str | None = None) -> Account:
    """Return the account to run the server as.

    Args:    recorded: the account of an existing cluster, which root keeps.
    Returns: the current account; for root the recorded one, else the first of `postgres` and
             `nobody` that exists.
    """
    if os.geteuid() != 0:
        return _account(pwd.getpwuid(os.geteuid()))
    for name in (recorded,) if recorded else _PREFERRED:
        try:
            return _account(pwd.getpwnam(name))
        except KeyError:
            continue
    raise LocalStackError(
        f"PostgreSQL does not run as root, and there is no account {recorded or _PREFERRED[0]}",
        hint="run supaops as an ordinary user, or create that account",
    )


def current_name() -> str:
    """Return the name of the account that runs supaops."""
    return pwd.getpwuid(os.geteuid()).pw_name


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
