"""The private server that everything is measured on."""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from benchmarks.project import RESET
from supaops.db.connect import Connection, connect
from supaops.local import Stack, down, up

# PostgreSQL's own default instead of the smaller one of a laptop's stack, room for 256 claimers,
# and no checkpoint in the middle of a short measurement.
PARAMETERS = {
    "max_connections": "300",
    "shared_buffers": "128MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
}
_VARIABLES = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}


@dataclass(frozen=True, slots=True)
class Server:
    """A running stack, emptied before each measurement."""

    stack: Stack

    def connect(self) -> Connection:
        """Connect as role postgres, in autocommit mode."""
        return connect(self.stack.url, application_name="bench")

    @property
    def environment(self) -> dict[str, str]:
        """Return a child's environment: how to connect, with the password in no process list."""
        parts = conninfo_to_dict(self.stack.url)
        login = {name: str(parts[key]) for key, name in _VARIABLES.items()}
        login |= {"PGDATABASE": str(parts["dbname"]), "DATABASE_URL": self.stack.url}
        return {**os.environ, **login}

    def empty(self) -> None:
        """Remove every system, and write out what that left to write."""
        with self.connect() as db:
            db.execute(RESET)
        self.checkpoint()

    def checkpoint(self) -> None:
        """Write out what there is to write, which role postgres may not ask for."""
        with connect(self.stack.admin_url, application_name="bench") as admin:
            admin.execute("checkpoint")

    def settle(self) -> None:
        """Bring the statistics up to date, so that luck with autovacuum decides nothing."""
        with self.connect() as db:
            db.execute("set client_min_messages = error")  # the catalogue is not ours to vacuum
            db.execute("vacuum analyze")

    def number(self, statement: str) -> int:
        """Return the number that a statement selects."""
        with self.connect() as db:
            [row] = db.execute(statement.encode()).fetchall()
        return int(next(iter(row.values())))

    def wal(self) -> int:
        """Return how many bytes of WAL were ever written."""
        return self.number("select (pg_current_wal_insert_lsn() - '0/0')::bigint as bytes")


@contextmanager
def private(parameters: Mapping[str, str] = PARAMETERS) -> Iterator[Server]:
    """Start a stack of its own that writes as durably as production, and remove it."""
    with tempfile.TemporaryDirectory(prefix="supaops-bench-") as folder:
        Path(folder).chmod(0o755)  # the server's account must be able to enter it
        try:
            yield Server(up(Path(folder), durable=True, parameters=parameters))
        finally:
            down(Path(folder), purge=True)


def command_line(arguments: list[str]) -> str:
    """Return the command that measures the same again."""
    return shlex.join(["python", "-m", "benchmarks", *arguments])
