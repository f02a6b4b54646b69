"""Create the extensions that the chain needs."""

from __future__ import annotations

from collections.abc import Container

from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.live import EXTENSIONS
from supaops.db.queries import query
from supaops.errors import MissingExtension


def missing_extensions(conn: Connection) -> list[str]:
    """Return the names of those that are not there, in the order of creation.

    Raises: MissingExtension when the server cannot have one; DatabaseError.
    """
    with translated("looking for extensions"):
        facts = conn.execute(query("live.facts")).fetchone() or {}
        missing = [name for key, (name, _) in EXTENSIONS.items() if not facts[key]]
        for name in missing:
            _require_available(conn, name)
    return missing


def create_extensions(conn: Connection, names: Container[str]) -> None:
    """Create extensions of the chain.

    Raises: DatabaseError when this role may not.
    """
    for name, statement in EXTENSIONS.values():
        if name in names:
            with translated(f"creating the extension {name}"):
                conn.execute(statement.encode())


def _require_available(conn: Connection, name: str) -> None:
    row = conn.execute(
        "select from pg_catalog.pg_available_extensions where name = %s", (name,)
    ).fetchone()
    if row is None:
        raise MissingExtension(
            f"this server does not have the extension {name}",
            hint="supaops expects a Supabase database; `supaops local up` starts one",
        )
