"""A PostgreSQL cluster on disk: make it, configure it, start it, stop it."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass, replace

from supaops.errors import LocalStackError
from supaops.local import process, settings
from supaops.local.account import Account, current_name
from supaops.local.layout import Base
from supaops.local.ports import free_port, is_free
from supaops.local.server import Server
from supaops.local.settings import ADMIN, Settings

_START_TIMEOUT_S = 60
_STOP_TIMEOUT_S = 20
_RETRIES_S = 15
_LOG_LIMIT_BYTES = 16 * 1024 * 1024
_THROW_AWAY = ("--no-sync", "--wal-segsize=1")  # half of what is written is the first segment
_PORT_TAKEN = "Address already in use"
_ORPHANS = "pre-existing shared memory block"


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

    def initialise(self, password: str, *, durable: bool, lock: int) -> None:
        """Create the cluster with `supabase_admin` as its superuser.

        Args:    lock: a locked descriptor; initdb keeps it open, so that the lock outlives a killed
                 `up` for as long as initdb still writes.
        """
        file = self.base.password_file
        file.touch(mode=0o600)
        file.write_text(password + "\n", encoding="ascii")
        self.account.own(file, 0o600)
        try:
            done = self._execute(
                "initdb", f"--pgdata={self.base.data}", f"--username={ADMIN}", f"--pwfile={file}",
                "--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions",
                *_locale(self.server.major), *([] if durable else _THROW_AWAY), keep=(lock,),
            )  # fmt: skip
        finally:
            file.unlink(missing_ok=True)
        if done.returncode != 0:
            raise LocalStackError(
                f"initdb failed: {_last_cause(done.stderr or done.stdout)}",
                place=str(self.base.data),
                hint="mend that, or name another server in SUPAOPS_PG_BIN; then: supaops local up",
            )

    def start(self, wanted: Settings) -> int:
        """Start the server and wait until it accepts connections; return the port it got.

        A port taken in between is replaced by another; backends that a killed server left behind
        are waited for.
        """
        deadline = time.monotonic() + _RETRIES_S
        taken = wanted.port == 0 or not is_free(wanted.port)
        while True:
            wanted = replace(wanted, port=free_port()) if taken else wanted
            said = self._try_start(wanted)
            if not said:
                return wanted.port
            taken = _PORT_TAKEN in said
            if not (taken or _ORPHANS in said) or time.monotonic() > deadline:
                raise self._start_failed(said)
            time.sleep(0.1)

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

    def _start_failed(self, said: str) -> LocalStackError:
        return LocalStackError(
            f"PostgreSQL {self.server.version} did not start: {_last_cause(said)}",
            place=str(self.base.log),
            hint="supaops local logs -n 50; or start with an empty one: supaops local up --reset",
        )

    def _try_start(self, wanted: Settings) -> str:
        """Return an empty text when the server runs, else what it said."""
        self._write_config(wanted)
        self._remove_lock_files(wanted)
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

    def _remove_lock_files(self, wanted: Settings) -> None:
        """Remove what a killed server left; PostgreSQL believes it once its process id is reused.

        A server whose lock file is gone is still safe: its shared memory keeps a second one out.
        """
        for stale in (self.base.data / "postmaster.pid", *wanted.sockets.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)

    def _pg_ctl(self, verb: str, *options: str) -> subprocess.CompletedProcess[str]:
        return self._execute("pg_ctl", verb, f"--pgdata={self.base.data}", *options)

    def _execute(
        self, tool: str, *options: str, keep: tuple[int, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of the server, which inherits neither PG* variables nor secrets of ours."""
        command = [self.server.tool(tool), *options]
        environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
        return subprocess.run(
            command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
            cwd=self.base.path, env=environment, umask=0o077, pass_fds=keep,
            **self.account.popen_options(),
        )  # fmt: skip

    def _prepare_log(self) -> None:
        log = self.base.log
        if log.exists() and log.stat().st_size > _LOG_LIMIT_BYTES:
            log.replace(log.with_suffix(".log.1"))
        log.touch(mode=0o600)
        self.account.own(log, 0o600)

    def _write_config(self, wanted: Settings) -> None:
        files = {
            self.base.config / "postgresql.conf": settings.postgresql_conf(self.base, wanted),
            self.base.config / "pg_hba.conf": settings.PG_HBA,
            self.base.config / "pg_ident.conf": settings.pg_ident(
                {self.account.name, current_name()}, self.server.major
            ),
            self.base.vault_script: settings.vault_script(self.base),
        }
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
            path.chmod(0o755 if path == self.base.vault_script else 0o644)


def _locale(major: int) -> list[str]:
    if major >= 17:  # noqa: PLR2004  the provider is new in 17, and needs no locale of the system
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=en_US.UTF-8" if sys.platform == "darwin" else "--locale=C.UTF-8"]


def _last_cause(text: str) -> str:
    """Return the most telling line of the server's words."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "ERROR" in line or "error" in line]
    return (telling or lines or ["no reason given"])[-1]
