"""Keep what belongs to one environment from the commands of another."""

from __future__ import annotations

from supaops.db.connect import Connection
from supaops.db.environment import environment_name
from supaops.errors import Refused


def require_own_environment(conn: Connection, environment: str) -> None:
    """Refuse a database that belongs to another environment.

    Raises: Refused that names both, the database and the remedy.
    """
    owner = environment_name(conn)
    if owner is not None and owner != environment:
        raise Refused(
            f"it belongs to the environment {owner!r}, not to {environment!r}",
            place=f"database {conn.info.dbname} on {conn.info.host}:{conn.info.port}",
            hint=f"use the database of {environment!r}; or if this is a copy that is to become "
            f"its own: {rename_command(environment)}",
        )


def rename_command(environment: str) -> str:
    """Return the command that makes a copy the database of another environment."""
    return f"supaops arm --env {environment} --rename"
