"""Read what pg_cron keeps of commands: of its jobs, and of their runs.

Texts are fetched and compared here: a value that travelled to the server could get into its log.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.queries import query

STRETCH = 20_000
MAX_RUNS = 1_000_000
_AFTER_ALL = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Run:
    """Runs with the same command and message: how many, and the newest one's number."""

    runid: int
    command: str = field(repr=False)
    message: str = field(repr=False)
    count: int = 1


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some runs that follow each other.

    Attributes:
        oldest: the lowest number among them.
        is_cut: whether older ones are left out because there are too many.
    """

    runs: tuple[Run, ...]
    oldest: int
    is_cut: bool

    @property
    def count(self) -> int:
        """Return how many runs it spans."""
        return sum(each.count for each in self.runs)


def cron_commands(conn: Connection) -> list[tuple[str, str]]:
    """Return name and command of every cron job that this role may see.

    Raises: DatabaseError.
    """
    with translated("reading cron.job"):
        rows = conn.execute(query("scan.cron_commands")).fetchall()
    return [(row["name"], row["command"]) for row in rows]


def stretches(conn: Connection, since: datetime) -> Iterator[Stretch]:
    """Yield run history since a moment, newest first, a million runs at most.

    A stretch at a time, so that neither side holds it all. The last may reach beyond `since`, for
    no index leads to a time.

    Raises: DatabaseError.
    """
    count, before = 0, _AFTER_ALL
    while rows := _rows(conn, before):
        count += sum(row["count"] for row in rows)
        before = min(row["oldest"] for row in rows)
        is_whole = any(row["earliest"] and row["earliest"] < since for row in rows)
        is_cut = count >= MAX_RUNS and not is_whole
        yield Stretch(tuple(_run(row) for row in rows), before, is_cut)
        if is_whole or is_cut:
            return


def _rows(conn: Connection, before: int) -> list[dict[str, Any]]:
    with translated("reading cron.job_run_details"):
        parameters = {"before": before, "limit": STRETCH}
        # In binary form a time does not depend on the role's DateStyle.
        return conn.execute(query("scan.runs"), parameters, binary=True).fetchall()


def _run(row: dict[str, Any]) -> Run:
    return Run(row["runid"], row["command"], row["message"], row["count"])
