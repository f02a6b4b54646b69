"""Read what is open to whom, from the catalogs alone."""

from __future__ import annotations

from dataclasses import dataclass

from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.queries import query

# Source: roles of a hosted Supabase project that can log in.
PLATFORM_ROLES = (
    "authenticator",
    "cli_login_postgres",
    "dashboard_user",
    "pgbouncer",
    "postgres",
    "supabase_admin",
    "supabase_auth_admin",
    "supabase_etl_admin",
    "supabase_functions_admin",
    "supabase_read_only_user",
    "supabase_realtime_admin",
    "supabase_replication_admin",
    "supabase_storage_admin",
)
"""Supabase's own roles, which it lets log in."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """One thing that is open.

    Attributes:
        topic: what kind of thing, such as ``execute``.
        name: the object or the role.
        detail: to whom or how; empty where the name says all.
    """

    topic: str
    name: str
    detail: str = ""


def read_exposures(conn: Connection, schema: str, prefix: str) -> tuple[Exposure, ...]:
    """Return everything that is open, by topic and name, in one round trip.

    Args:    schema, prefix: of the queue.
    Raises:  DatabaseError.
    """
    parameters = {"schema": schema, "prefix": prefix, "platform": list(PLATFORM_ROLES)}
    with translated("reading who may do what"):
        rows = conn.execute(query("health_security.exposures"), parameters).fetchall()
    return tuple(Exposure(**row) for row in rows)
