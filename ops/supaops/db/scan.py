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
    """Some runs that follow each other; `oldest` is the lowest number among them."""

    runs: tuple[Run, ...]
    oldest: int
    is_last: bool

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
    no index leads to a time; it says `is_last`, unless there was too much.

    Raises: DatabaseError.
    """
    count, before = 0, _AFTER_ALL
    while count < MAX_RUNS and (rows := _rows(conn, before)):
        found = _stretch(rows, since)
        yield found
        if found.is_last:
            return
        count, before = count + found.count, found.oldest


def _stretch(rows: list[dict[str, Any]], since: datetime) -> Stretch:
    reached = any(row["earliest"] and row["earliest"] < since for row in rows)
    is_short = sum(row["count"] for row in rows) < STRETCH
    oldest = min(row["oldest"] for row in rows)
    return Stretch(tuple(_run(row) for row in rows), oldest, is_last=reached or is_short)


def _rows(conn: Connection, before: int) -> list[dict[str, Any]]:
    with translated("reading cron.job_run_details"):
        parameters = {"before": before, "limit": STRETCH}
        # In binary form a time does not depend on the role's DateStyle.
        return conn.execute(query("scan.runs"), parameters, binary=True).fetchall()


def _run(row: dict[str, Any]) -> Run:
    return Run(row["runid"], row["command"], row["message"], row["count"])
