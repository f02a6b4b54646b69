"""Where the files of a local stack are."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from supaops.local.account import Account

_LONGEST_SOCKET_PATH = 100
"""sockaddr_un holds 104 bytes on macOS and 108 on Linux."""


@dataclass(frozen=True, slots=True)
class Home:
    """``.supaops/local``: what belongs to the account that runs supaops."""

    path: Path

    @classmethod
    def of(cls, root: Path) -> Home:
        """Return the home of a project's stack."""
        return cls(root.resolve() / ".supaops" / "local")

    @property
    def state(self) -> Path:
        """Return the file of facts and passwords, mode 0600."""
        return self.path / "state.json"

    @property
    def lock(self) -> Path:
        """Return the file that `up` and `down` lock while they work."""
        return self.path / "lock"

    @property
    def supervisor(self) -> Path:
        """Return the file that a supervisor keeps locked and names its processes in."""
        return self.path / "supervisor.json"

    @property
    def supervisor_log(self) -> Path:
        """Return the log of the stand-ins."""
        return self.path / "standins.log"

    def make(self) -> None:
        """Create the directories; git never sees what is in them."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.path.chmod(0o711)
        ignore = self.path.parent / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Base:
    """The server's files, in a directory that our account owns and the server's can enter.

    We write only into directories that our account owns: a program that runs as the server's
    account cannot lead a root process elsewhere by a symbolic link.
    """

    path: Path

    @property
    def data(self) -> Path:
        """Return the data directory."""
        return self.path / "data"

    @property
    def config(self) -> Path:
        """Return the directory of postgresql.conf, pg_hba.conf and pg_ident.conf."""
        return self.path / "config"

    @property
    def log(self) -> Path:
        """Return the server's log."""
        return self.path / "server.log"

    @property
    def vault_key(self) -> Path:
        """Return the file of Vault's key, outside the data directory, as on Supabase."""
        return self.path / "vault.key"

    @property
    def password_file(self) -> Path:
        """Return the file that hands initdb the first password and is then removed."""
        return self.path / "initdb.password"


def make_base(home: Home, account: Account) -> Base:
    """Create the directory of the server's files.

    It is in the project unless the server's account cannot get there, as below a private home.
    """
    inside = home.path / "server"
    shutil.rmtree(inside, ignore_errors=True)
    if account.can_reach(home.path):
        inside.mkdir()
        base = Base(inside)
    else:
        base = Base(Path(tempfile.mkdtemp(prefix="supaops-", dir=_lasting_temporary_directory())))
    base.path.chmod(0o711)
    base.config.mkdir()
    base.data.mkdir()
    account.own(base.data, 0o700)
    return base


def make_sockets(base: Base, account: Account) -> Path:
    """Create the directory of the unix socket, which only the server's account may enter."""
    sockets = base.path / "run"
    if len(os.fsencode(sockets / ".s.PGSQL.65535.lock")) < _LONGEST_SOCKET_PATH:
        sockets.mkdir()
    else:
        sockets = Path(tempfile.mkdtemp(prefix="supaops-", dir=tempfile.gettempdir()))
    account.own(sockets, 0o700)
    return sockets


def _lasting_temporary_directory() -> str:
    return "/var/tmp" if os.access("/var/tmp", os.W_OK) else tempfile.gettempdir()  # noqa: S108
