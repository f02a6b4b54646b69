"""A PostgreSQL cluster on disk: make it, configure it, start it, stop it."""

from __future__ import annotations

import os
import pwd
import shlex
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from supaops.errors import LocalStackError
from supaops.local import process
from supaops.local.account import Account
from supaops.local.layout import Base
from supaops.local.server import Server

ADMIN = "supabase_admin"
OWNER = "postgres"
LOGIN_ROLES = (ADMIN, OWNER, "authenticator")

_START_TIMEOUT_S = 60
_STOP_TIMEOUT_S = 20
_RETRIES_S = 15
_LOG_LIMIT_BYTES = 16 * 1024 * 1024
_PORT_TAKEN = "Address already in use"
_ORPHANS = "pre-existing shared memory block"


@dataclass(frozen=True, slots=True)
class Settings:
    """What differs between clusters. `durable` false trades safety in a power cut for speed."""

    port: int
    sockets: Path
    native: frozenset[str]
    durable: bool


@dataclass(frozen=True, slots=True)
class Cluster:
    """One data directory with the server and the account that run it."""

    server: Server
    account: Account
    base: Base

    def pid(self) -> int | None:
        """Return the process id of the running server."""
        return process.postmaster(self.base.data)

    def major_on_disk(self) -> int | None:
        """Return the major version of the data directory; None when there is no whole one."""
        try:
            return int((self.base.data / "PG_VERSION").read_text().split(".")[0])
        except (OSError, ValueError):
            return None

    def initialise(self, password: str) -> None:
        """Create the cluster with `supabase_admin` as its superuser."""
        file = self.base.password_file
        file.touch(mode=0o600)
        file.write_text(password + "\n", encoding="ascii")
        self.account.own(file, 0o600)
        try:
            self._run(
                "initdb", f"--pgdata={self.base.data}", f"--username={ADMIN}", f"--pwfile={file}",
                "--auth=scram-sha-256", "--encoding=UTF8", "--no-sync", "--no-instructions",
                *_locale(self.server.major),
            )  # fmt: skip
        finally:
            file.unlink(missing_ok=True)

    def start(self, settings: Settings) -> int:
        """Start the server and wait until it accepts connections; return the port it got.

        A port taken in between is replaced by another; backends that a killed server left behind
        are waited for.
        """
        deadline = time.monotonic() + _RETRIES_S
        port = settings.port if settings.port and _is_free(settings.port) else _free_port()
        while said := self._try_start(settings, port):
            retry = _PORT_TAKEN in said or _ORPHANS in said
            if not retry or time.monotonic() > deadline:
                raise LocalStackError(
                    f"PostgreSQL {self.server.version} did not start: {_last_cause(said)}",
                    place=str(self.base.log),
                    hint="supaops local logs -n 50; or start anew: supaops local up --reset",
                )
            port = _free_port() if _PORT_TAKEN in said else port
            time.sleep(0.1)
        return port

    def stop(self) -> bool:
        """Stop the server, ending its sessions; return whether it ran."""
        pid = self.pid()
        if pid is None:
            return False
        for mode in ("fast", "immediate"):
            done = self._pg_ctl("stop", f"--mode={mode}", f"--timeout={_STOP_TIMEOUT_S}", "--wait")
            if done.returncode == 0 or self.pid() is None:
                return True
        raise LocalStackError(
            f"the server with process id {pid} does not stop", hint=f"kill -9 {pid}"
        )

    def _try_start(self, settings: Settings, port: int) -> str:
        """Return an empty text when the server runs, else what it said."""
        self._write_config(settings, port)
        (self.base.data / "postmaster.pid").unlink(missing_ok=True)
        self._prepare_log()
        seen = self.base.log.stat().st_size
        config = self.base.config / "postgresql.conf"
        done = self._pg_ctl(
            "start", f"--log={self.base.log}", f"--timeout={_START_TIMEOUT_S}", "--wait",
            "--options=" + shlex.join(["-c", f"config_file={config}"]),
        )  # fmt: skip
        if done.returncode == 0:
            return ""
        with self.base.log.open(encoding="utf-8", errors="replace") as log:
            log.seek(seen)
            return log.read() or done.stderr or done.stdout or "no reason given"

    def _pg_ctl(self, verb: str, *options: str) -> subprocess.CompletedProcess[str]:
        command = [self.server.tool("pg_ctl"), verb, f"--pgdata={self.base.data}", *options]
        return self._execute(command)

    def _run(self, tool: str, *options: str) -> None:
        done = self._execute([self.server.tool(tool), *options])
        if done.returncode != 0:
            raise LocalStackError(f"{tool} failed: {_last_cause(done.stderr or done.stdout)}")

    def _execute(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        # The server must inherit no pipe of ours, and neither PG* variables nor secrets.
        environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
        return subprocess.run(
            command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
            cwd=self.base.path, env=environment, umask=0o077, **self.account.popen_options(),
        )  # fmt: skip

    def _prepare_log(self) -> None:
        log = self.base.log
        if log.exists() and log.stat().st_size > _LOG_LIMIT_BYTES:
            log.replace(log.with_suffix(".log.1"))
        log.touch(mode=0o600)
        self.account.own(log, 0o600)

    def _write_config(self, settings: Settings, port: int) -> None:
        files = {
            "postgresql.conf": _postgresql_conf(self.base, settings, port),
            "pg_hba.conf": _PG_HBA,
            "pg_ident.conf": _pg_ident(self.account, self.server.major),
        }
        for name, text in files.items():
            path = self.base.config / name
            path.write_text(text, encoding="utf-8")
            path.chmod(0o644)


_PG_HBA = """\
# Over the unix socket only the server's own account gets in (pg_cron needs this); everybody
# else needs a password, and only this machine is listened to.
local all all               peer map=supaops
host  all all 127.0.0.1/32  scram-sha-256
"""


def _pg_ident(account: Account, major: int) -> str:
    # A role made later can run cron jobs too, where the server knows the keyword `all`.
    roles = ("all",) if major >= 16 else LOGIN_ROLES  # noqa: PLR2004  pg_ident since 16
    # The stand-ins' loops run as whoever runs supaops, and log in as the job's role.
    accounts = sorted({account.name, pwd.getpwuid(os.geteuid()).pw_name})
    return "".join(f'supaops "{name}" {role}\n' for name in accounts for role in roles)


def _postgresql_conf(base: Base, settings: Settings, port: int) -> str:
    libraries = sorted(settings.native & {"pg_cron", "pg_net", "supabase_vault"})
    values = {
        "data_directory": base.data,
        "hba_file": base.config / "pg_hba.conf",
        "ident_file": base.config / "pg_ident.conf",
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": settings.sockets,
        "max_connections": 100,
        "shared_buffers": "64MB",
        "password_encryption": "scram-sha-256",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        "shared_preload_libraries": ",".join(libraries),
        "supaops.vault_key_file": base.vault_key,
    }
    if "pg_cron" in settings.native:
        values |= {"cron.database_name": "postgres", "cron.host": settings.sockets}
    else:
        values |= {"cron.database_name": "postgres", "cron.timezone": "GMT"}
    if "pg_net" not in settings.native:
        values |= {"pg_net.ttl": "6 hours", "pg_net.batch_size": "200"}
    if not settings.durable:
        values |= {"fsync": "off", "full_page_writes": "off"}
    return "".join(f"{name} = {_quoted(value)}\n" for name, value in values.items())


def _quoted(value: object) -> str:
    return "'" + str(value).replace("\\", "\\\\").replace("'", "''") + "'"


def _locale(major: int) -> list[str]:
    if major >= 17:  # noqa: PLR2004  the provider is new in 17, and needs no locale of the system
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=en_US.UTF-8" if sys.platform == "darwin" else "--locale=C.UTF-8"]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _last_cause(text: str) -> str:
    """Return the most telling line of the server's words."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "ERROR" in line or "error" in line]
    return (telling or lines or ["no reason given"])[-1]
