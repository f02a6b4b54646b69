"""Choose the server for a stack: one that fits its data and that its account can run."""

from __future__ import annotations

import os
import shutil
import stat
from dataclasses import replace
from pathlib import Path

from supaops.errors import LocalStackError
from supaops.local import server as servers
from supaops.local.account import Account
from supaops.local.cluster import Cluster
from supaops.local.layout import Base
from supaops.local.server import Server
from supaops.local.state import State

_REMEDY = "supaops local up --reset (deletes the local data), or name the old server: {hint}"


def choose(known: State, cluster: Cluster) -> Server:
    """Return the server to go on with: the recorded one, unless it is gone or another is wanted.

    Raises:  LocalStackError when the data directory needs another server.
    """
    server = servers.probe(cluster.server.bin, known.source)
    if server is None or another_is_wanted():
        server = within_reach(servers.find(), cluster.account, cluster.base)
    return _fitting(server, known, cluster)


def another_is_wanted() -> bool:
    """Return whether the user names a server."""
    return bool(os.environ.get("SUPAOPS_PG_BIN"))


def within_reach(server: Server, account: Account, base: Base) -> Server:
    """Return a server that the account can run: a copy of the wheel when that is out of reach."""
    if account.can_reach(server.bin / "postgres"):
        return server
    if servers.embedded() != server:
        raise LocalStackError(
            f"the account {account.name} cannot run the server of {server.source}",
            place=str(server.bin),
            hint=f"open its directories for {account.name}, or name another in SUPAOPS_PG_BIN",
        )
    if not base.embedded.exists():
        shutil.copytree(server.bin.parent, base.embedded, symlinks=True)
        _open_to_all(base.embedded)
    return replace(server, bin=base.embedded / "bin")


def _open_to_all(directory: Path) -> None:
    """Let everybody read what its owner can: a strict umask closed the wheel's files to others."""
    for path in (directory, *directory.rglob("*")):
        if not path.is_symlink():
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | (mode & 0o500) >> 3 | (mode & 0o500) >> 6)


def _fitting(server: Server, known: State, cluster: Cluster) -> Server:
    major = cluster.major_on_disk()
    hint = _REMEDY.format(hint=f"SUPAOPS_PG_BIN={known.pg_bin}")
    if major != server.major:
        raise LocalStackError(
            f"the local data is of PostgreSQL {major}, but {server.source} has {server.version}",
            place=str(cluster.base.data),
            hint=hint,
        )
    if lost := sorted(set(known.native) - server.native()):
        raise LocalStackError(
            f"the local data uses {' and '.join(lost)}, which {server.source} does not have",
            place=str(server.bin),
            hint=hint,
        )
    return server


def recorded(known: State) -> Server:
    """Return the server of the last start, whether it is still there or not."""
    return Server(Path(known.pg_bin), known.server_version, known.source)
