"""Where the files of a local stack are."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from supaops.errors import LocalStackError
from supaops.local.account import Account

_PLAIN_PATH = re.compile(r"[A-Za-z0-9_./@+~-]+")
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
    def server(self) -> Path:
        """Return the server's files, or a link to them when they cannot be in the project."""
        return self.path / "server"

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
        for each in (self.path.parent, self.path):  # whatever the umask: the server is below
            each.chmod(0o711)
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
    def vault_script(self) -> Path:
        """Return the program that prints Vault's key."""
        return self.config / "vault-key"

    @property
    def embedded(self) -> Path:
        """Return where a copy of the wheel's server goes when its own place is out of reach."""
        return self.path / "postgresql"

    @property
    def password_file(self) -> Path:
        """Return the file that hands initdb the first password and is then removed."""
        return self.path / "initdb.password"


def make_base(home: Home, account: Account) -> Base:
    """Create the directory of the server's files.

    It is in the project unless the server's account cannot get there, as below a private home, or
    the path has characters that PostgreSQL's tools pass to a shell or take for a separator.
    """
    if _PLAIN_PATH.fullmatch(str(home.path)) and account.can_reach(home.path):
        home.server.mkdir()
    else:
        home.server.symlink_to(
            tempfile.mkdtemp(prefix="supaops-", dir=_lasting_temporary_directory()),
            target_is_directory=True,
        )
    base = Base(home.server.resolve())
    base.path.chmod(0o711)
    base.config.mkdir()
    base.config.chmod(0o755)
    base.data.mkdir()
    account.own(base.data, 0o700)
    return base


def make_sockets(base: Base, account: Account) -> Path:
    """Create the directory of the unix socket, which only the server's account may enter."""
    sockets = base.path / "run"
    if _holds_sockets(sockets):
        sockets.mkdir(exist_ok=True)
    else:
        sockets = Path(tempfile.mkdtemp(prefix="supaops-", dir=_near_directory(account)))
    account.own(sockets, 0o700)
    return sockets


def _holds_sockets(directory: Path) -> bool:
    """Return whether the path of a socket in a directory is short enough."""
    return len(os.fsencode(directory / ".s.PGSQL.65535.lock")) < _LONGEST_SOCKET_PATH


def _near_directory(account: Account) -> Path:
    """Return a directory for temporary files with a short path that the account can enter."""
    for each in map(Path, (tempfile.gettempdir(), "/tmp", "/var/tmp")):  # noqa: S108  for mkdtemp
        if _holds_sockets(each / "supaops-12345678") and account.can_reach(each):
            return each
    raise LocalStackError(
        "the path of the directory for temporary files is too long for a unix socket",
        place=tempfile.gettempdir(),
        hint="set TMPDIR to a short path that everybody can enter",
    )


def delete(path: Path) -> None:
    """Delete a directory even while the last process of a killed server still writes in it.

    Args:    path: may be missing, or a link, which is deleted along with where it leads.
    """
    if path.is_symlink():
        delete(path.resolve())
        path.unlink()
    for _ in range(20):
        shutil.rmtree(path, ignore_errors=True)
        if not path.exists():
            return
        time.sleep(0.1)
    raise LocalStackError("cannot delete the directory", place=str(path), hint=f"rm -rf {path}")


def _lasting_temporary_directory() -> str | None:
    """Return /var/tmp, which outlives a restart of the machine, where there is one."""
    lasting = Path("/var/tmp")  # noqa: S108  mkdtemp makes a private directory in it
    return str(lasting) if os.access(lasting, os.W_OK) else None
