"""Before a worker starts: does its database have a schema that it can work on?"""

from __future__ import annotations

from supaops.cli.options import Target
from supaops.db.connect import connect
from supaops.db.version import read_versions
from supaops.errors import DatabaseError
from supaops.worker.schema_version import require_served
from supaops.worker.transports.choice import needs_database
from supaops.worker.transports.database import APPLICATION_NAME


def require_served_by(where: Target) -> None:
    """Refuse a database whose schema is not for this worker; one that is away is not asked.

    Nor is the Data API, which shows nothing of schema `supaops`.

    Raises: Refused.
    """
    if not needs_database(where.config):
        return
    try:
        with connect(where.database_url, application_name=APPLICATION_NAME) as conn:
            found = read_versions(conn)
    except DatabaseError:
        return  # the worker waits for its database, and says so
    require_served(found, where.config.environment)
