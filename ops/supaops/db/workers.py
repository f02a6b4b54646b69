"""Read which workers are there, by their own reports."""

from __future__ import annotations

from dataclasses import dataclass

from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.queries import query

ANY = "*"
"""Stands for every task type among a worker's handlers."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A worker that has reported in the last five minutes.

    Attributes:
        handlers: task types that it has handlers for; `ANY` for all, none when it does not tell.
        version: what it says of itself; None when it says nothing.
        age_s: how long ago it reported, in seconds.
    """

    name: str
    handlers: frozenset[str]
    version: str | None = None
    age_s: float = 0.0

    @property
    def title(self) -> str:
        """Return its name, and its version where that is known."""
        return f"{self.name} ({self.version})" if self.version else self.name


def read_workers(conn: Connection) -> tuple[Registered, ...]:
    """Return the workers that have reported of late, by name; none from an older database.

    Raises: DatabaseError.
    """
    with translated("reading the workers"):
        installed = conn.execute(query("workers.installed")).fetchone() or {}
        return workers_of_late(conn) if installed.get("is_installed") else ()


def workers_of_late(conn: Connection) -> tuple[Registered, ...]:
    """Return the workers that have reported of late, by name, from a database that keeps them."""
    rows = conn.execute(query("workers.of_late"))
    return tuple(Registered(**{**row, "handlers": frozenset(row["handlers"])}) for row in rows)


def handled_types(workers: tuple[Registered, ...]) -> frozenset[str] | None:
    """Return the task types that some worker has a handler for; None when that is not known.

    It is not when no worker is registered, or one of them takes all, or does not tell.
    """
    if not workers or any(not each.handlers or ANY in each.handlers for each in workers):
        return None
    return frozenset[str]().union(*(each.handlers for each in workers))
