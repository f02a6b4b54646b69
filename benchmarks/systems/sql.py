"""What systems have in common that are SQL and nothing else."""

from __future__ import annotations

import hashlib
import os
from abc import ABC, abstractmethod
from pathlib import Path

from benchmarks import pgbench
from benchmarks.fleet import Crew
from benchmarks.server import Server
from benchmarks.systems.system import Statements, Worker

ENQUEUE_BATCH = 500


class SqlSystem(ABC):
    """A queue that any client drives by statements; `unfinished` selects how many jobs are left."""

    name: str
    unfinished: str
    sql = True
    shared = True

    def missing(self) -> str | None:
        """Return nothing: the SQL is in this repository."""
        return None

    @abstractmethod
    def version(self) -> str:
        """Return what was measured."""

    @abstractmethod
    def install(self, server: Server) -> None:
        """Put the queue into an empty database, as role postgres."""

    @abstractmethod
    def statements(self, server: Server, batch: int) -> Statements:
        """Return its SQL for batches of a size."""

    def workers(self) -> tuple[Worker, ...]:
        """Return nothing: there is no worker client to measure."""
        return ()

    def crew(self) -> Crew | None:
        """Return nothing, for the same reason."""
        return None

    def enqueue(self, server: Server, jobs: int) -> None:
        """Add jobs in batches, on one connection."""
        fill(server, self.statements(server, ENQUEUE_BATCH), jobs)

    def left(self, server: Server) -> int:
        """Count what is not completed, in the tables."""
        return server.number(self.unfinished)


def fill(server: Server, statements: Statements, jobs: int) -> None:
    """Enqueue jobs in batches, on one connection; what is left of a division in a smaller one."""
    turns, rest = divmod(jobs, ENQUEUE_BATCH)
    if turns:
        enqueue(server, statements, turns=turns, batch=ENQUEUE_BATCH)
    if rest:
        enqueue(server, statements, turns=1, batch=rest)


def enqueue(server: Server, statements: Statements, *, turns: int, batch: int) -> pgbench.Report:
    """Enqueue so many batches; the first latency is of making the jobs, the others count."""
    script = f"\\if :turn = 1\n{statements.jobs}\\gset\n\\endif\n{statements.enqueue};\n"
    script += f"{statements.tick};\n" if statements.tick else ""
    return pgbench.run(
        server, script,
        clients=1, turns=turns, protocol=statements.protocol, variables={"batch": batch},
    )  # fmt: skip


class SqlFile(SqlSystem, ABC):
    """A queue whose SQL file is not part of this repository: a variable says where it is."""

    variable: str
    file: str

    def missing(self) -> str | None:
        """Return how to get the file."""
        if self._path.is_file():
            return None
        return f"set {self.variable} to the path of its {self.file}"

    def version(self) -> str:
        """Return the start of the file's hash, for what may say no version of its own."""
        digest = hashlib.sha256(self._path.read_bytes()).hexdigest()
        return f"{self.file}, sha256 {digest[:12]}"

    def script(self) -> bytes:
        """Return the SQL."""
        return self._path.read_bytes()

    @property
    def _path(self) -> Path:
        return Path(os.environ.get(self.variable) or "/nonexistent")
