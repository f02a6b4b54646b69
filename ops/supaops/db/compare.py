"""Read what two databases may differ in beside the objects of the queue."""

from __future__ import annotations

from supaops.db.connect import Connection
from supaops.db.queries import query

_GROUPS = {
    "server": "compare.server",
    "extensions": "compare.extensions",
    "settings": "compare.settings",
    "settings of roles": "compare.role_settings",
    "privileges": "compare.privileges",
}


def server_facts(conn: Connection) -> dict[str, dict[str, str]]:
    """Return texts by name, by group; never a setting that may hold a secret."""
    return {
        group: {row["name"]: row["value"] for row in conn.execute(query(name))}
        for group, name in _GROUPS.items()
    }
