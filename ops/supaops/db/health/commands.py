"""Read the commands of cron jobs and of their latest runs.

They are searched here: a value that travelled to the server could get into its log.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.queries import query

RUNS = 500
"""How many of the latest runs are read."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command of pg_cron.

    Attributes:
        is_job: whether it is a job's; else it is that of runs that are over.
        id: the job's, or that of the newest run with this command.
        name: the job's; empty for a job without one, or for one that is gone.
        role: as whom the job runs; empty for a run.
        is_here: whether it runs in this database.
    """

    is_job: bool
    id: int
    name: str
    command: str = field(repr=False)
    role: str = ""
    is_here: bool = True

    @property
    def label(self) -> str:
        """Return the job's name, or its number where it has none."""
        return self.name or f"job {self.id}"


def read_commands(conn: Connection) -> tuple[Command, ...]:
    """Return every job that this role may see, and the distinct commands of the latest runs.

    Raises: DatabaseError.
    """
    with translated("reading the commands of cron jobs"):
        rows = conn.execute(query("health_commands.commands"), {"runs": RUNS}).fetchall()
    return tuple(Command(**row) for row in rows)
