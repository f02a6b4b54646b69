"""Write down what an apply did: ownership per resource, and one revision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from psycopg.types.json import Jsonb

from supaops.db.connect import Connection
from supaops.db.live import LiveObject, Recorded
from supaops.db.queries import by_column, query
from supaops.render.resource import Resource


def record_revision(conn: Connection, revision: Mapping[str, Any]) -> int:
    """Insert one revision and return its number.

    Args:    revision: environment, applied_by, git_sha, tool_version, summary and plan (a
        JSON-able object without any secret).
    """
    parameters = {**revision, "plan": Jsonb(revision["plan"])}
    row = conn.execute(query("write.revision"), parameters).fetchone()
    return int(row["id"]) if row else 0


def record_resources(
    conn: Connection, pairs: Iterable[tuple[Resource, LiveObject]], revision_id: int
) -> None:
    """Record each resource as ours, with the text the catalogs show for it."""
    rows = [
        {
            "address": resource.address,
            "kind": resource.kind.value,
            "sha256": resource.sha256,
            "live_sha256": live.sha256,
            "definition": resource.definition,
            "live_definition": live.definition,
        }
        for resource, live in pairs
    ]
    if rows:
        conn.execute(query("write.record_all"), {**by_column(rows), "revision_id": revision_id})


def restore_record(conn: Connection, before: Recorded) -> None:
    """Record a resource as it was recorded before; the revision stays the present one."""
    sides = {name: getattr(before, name) for name in Recorded.__slots__}
    conn.execute(query("write.restore_record"), sides)


def forget_resources(conn: Connection, addresses: Iterable[str]) -> None:
    """Give up ownership of addresses that are no longer declared."""
    conn.execute(query("write.forget"), {"addresses": list(addresses)})
