"""Read what was applied when, and bring back what a revision left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.live import Recorded
from supaops.db.queries import by_column, query
from supaops.errors import SupaopsError
from supaops.render.resource import Kind, Resource, digest


@dataclass(frozen=True, slots=True)
class Revision:
    """One apply that changed something.

    Attributes:
        plan: the document of its plan; empty in a list of revisions.
    """

    id: int
    applied_at: datetime
    environment: str
    applied_by: str
    git_sha: str | None
    tool_version: str
    summary: str
    plan: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which revisions can be brought back; None where there is none.

    Attributes:
        since: the oldest one whose texts were kept.
        previous: the one before the newest.
    """

    since: int
    newest: int | None
    previous: int | None


def revisions(conn: Connection, limit: int) -> list[Revision]:
    """Return the newest revisions, newest first.

    Raises: SupaopsError when nothing was ever applied; DatabaseError.
    """
    with translated("reading the history"):
        _require_installed(conn)
        rows = conn.execute(query("history.revisions"), {"limit": limit})
        return [Revision(**row, plan={}) for row in rows]


def revision(conn: Connection, number: int) -> Revision:
    """Return one revision with its plan.

    Raises: SupaopsError when there is no such revision; DatabaseError.
    """
    with translated("reading the history"):
        _require_installed(conn)
        row = conn.execute(query("history.revision"), {"id": number}).fetchone()
    if row is None:
        raise SupaopsError(
            f"there is no revision {number}", hint="the same command without it lists them"
        )
    return Revision(**row)


def bounds(conn: Connection) -> Bounds:
    """Return which revisions can be brought back.

    Raises: SupaopsError when nothing was ever applied; DatabaseError.
    """
    with translated("reading the history"):
        _require_installed(conn)
        row = conn.execute(query("history.bounds")).fetchone() or {}
    return Bounds(row["history_since"], row["newest"], row["previous"])


def versions_at(conn: Connection, number: int) -> list[Recorded]:
    """Return every resource that supaops owned right after a revision, without the secrets."""
    with translated("reading the history"):
        rows = conn.execute(query("history.versions_at"), {"id": number}).fetchall()
    return [_recorded(**row) for row in rows]


def record_versions(
    conn: Connection, kept: Iterable[Resource], gone: Iterable[str], revision_id: int
) -> None:
    """Keep what a revision made of each resource.

    Args:
        kept: resources as applied.
        gone: addresses that it deleted.
    """
    texts: dict[str, str | None] = {each.address: each.definition for each in kept}
    texts |= dict.fromkeys(gone)
    rows = [
        {"address": address, "kind": kind, "definition": text}
        for address, text in texts.items()
        if (kind := address.split(".", 1)[0]) != Kind.VAULT_SECRET
    ]
    if rows:
        values = {**by_column(rows), "revision_id": revision_id}
        conn.execute(query("history.record_all_versions"), values)


def _recorded(address: str, kind: str, definition: str) -> Recorded:
    sha256 = digest(definition)
    return Recorded(address, Kind(kind), sha256, sha256, definition, definition)


def has_history(conn: Connection) -> bool:
    """Tell whether the table that versions are kept in is there."""
    row = conn.execute(query("history.is_installed")).fetchone()
    return bool(row and row["is_installed"])


def _require_installed(conn: Connection) -> None:
    if not has_history(conn):
        raise SupaopsError(
            "this database has no history yet", hint="it begins with the first `supaops apply`"
        )
