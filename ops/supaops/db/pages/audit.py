"""Read what operators did, newest first, a bounded number of rows at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any, NamedTuple

from psycopg.sql import SQL

from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.queries import query

WINDOW = 10_000
"""Rows that a page looks at: a small part of a second, wherever they are."""
LINES = 50
SHOWN = 60
"""Targets of a line that are named."""
BATCH = 1_000
"""Rows that are looked at by one statement of an export."""


class Place(NamedTuple):
    """Where in the order of time a row stands; a revision's id is negative."""

    at: datetime
    id: int


NEWEST = Place(datetime.max.replace(tzinfo=UTC), 2**63 - 1)
"""Behind everything."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What acts have in common; None is any.

    Attributes:
        target: all of it, as ``job:12``.
        kind: how the target begins, as ``queue:``.
        reason: a part of it, in any case.
        request: the id of the HTTP request that asked for it.
        since, until: the first moment, and the one before which it was.
    """

    actor: str | None = None
    action: str | None = None
    target: str | None = None
    kind: str | None = None
    source: str | None = None
    reason: str | None = None
    request: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Acts of one request, or of one transaction, on many things; mostly one.

    Attributes:
        acts: how many.
        at: of the newest one.
        source: None where it was not told yet, and for a revision.
        targets: the first of them.
        before, after: what the act found and left; None for several acts.
    """

    acts: int
    at: datetime
    actor: str
    action: str
    reason: str | None
    source: str | None
    request_id: str | None
    git_sha: str | None
    targets: tuple[str, ...]
    first_id: int
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True)
class Lines:
    """A part of the audit.

    Attributes:
        older: where it goes on; None at the end.
        is_cut: the looking stopped before the page was full.
    """

    lines: tuple[Line, ...]
    older: Place | None
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Act:
    """One row of the audit, or one revision."""

    id: int
    at: datetime
    actor: str
    action: str
    target: str
    reason: str | None
    source: str | None
    request_id: str | None
    before: Any
    after: Any


class Batch(NamedTuple):
    """Some acts, and where the next ones stand; `older` is None at the end."""

    acts: list[Act]
    older: Place | None


class Choices(NamedTuple):
    """Who acted and what was done of late, sorted."""

    actors: list[str]
    actions: list[str]


def read_lines(conn: Connection, wanted: Filter, before: Place = NEWEST) -> Lines:
    """Read the lines before a place, at most `LINES`, in two round trips.

    Raises: DatabaseError, as when nothing was ever applied.
    """
    limits = {"window": WINDOW, "lines": LINES + 1, "shown": SHOWN}
    rows = _rows(conn, "lines", _parameters(wanted, before) | limits)
    stop = rows.pop() if rows and not rows[-1]["acts"] else None
    shown = rows[:LINES]
    sides = _sides(conn, [row["first_id"] for row in shown if row["acts"] == 1])
    lines = tuple(_line(row, sides.get(row["first_id"], {})) for row in shown)
    if len(rows) > LINES:
        return Lines(lines, _last(shown[-1]), is_cut=False)
    return Lines(lines, _last(stop) if stop else None, is_cut=stop is not None)


def read_batch(conn: Connection, wanted: Filter, before: Place = NEWEST) -> Batch:
    """Read the acts among the next `BATCH` rows before a place, in one round trip.

    Raises: DatabaseError.
    """
    rows = _rows(conn, "rows", _parameters(wanted, before) | {"window": BATCH})
    is_last = bool(rows) and rows[-1]["is_last"]
    older = Place(rows[-1]["at"], rows[-1]["id"]) if is_last else None
    return Batch([_act(row) for row in rows if row["is_match"]], older)


def read_choices(conn: Connection) -> Choices:
    """Read by whom and what can be asked for.

    Raises: DatabaseError.
    """
    [row] = _rows(conn, "choices", {})
    return Choices(sorted(row["actors"]), sorted({*row["actions"], "apply"}))


def _parameters(wanted: Filter, before: Place) -> dict[str, Any]:
    return {**asdict(wanted), "before_at": before.at, "before_id": before.id}


def _rows(conn: Connection, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with translated("reading the audit"):
        statement = SQL(query(f"page_audit.{name}")).format(looked=SQL(query("page_audit.looked")))
        # In binary form a time does not depend on the role's DateStyle.
        return conn.execute(statement, parameters, binary=True).fetchall()


def _sides(conn: Connection, ids: list[int]) -> dict[int, dict[str, Any]]:
    kept = [number for number in ids if number > 0]
    return {row.pop("id"): row for row in _rows(conn, "sides", {"ids": kept})}


def _line(row: dict[str, Any], sides: dict[str, Any]) -> Line:
    told = {name: value for name, value in row.items() if name not in _PLACES}
    return Line(**{**told, "targets": tuple(row["targets"])}, **sides)


_PLACES = ("nth", "last_at", "last_id")


def _act(row: Mapping[str, Any]) -> Act:
    return Act(**{each.name: row[each.name] for each in fields(Act)})


def _last(row: Mapping[str, Any]) -> Place:
    return Place(row["last_at"], row["last_id"])
