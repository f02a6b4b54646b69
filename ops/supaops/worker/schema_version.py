"""Whether a worker of this version may work on a database's schema. Pure."""

from __future__ import annotations

import logging

from supaops import __version__
from supaops.db.version import Versions
from supaops.errors import Refused
from supaops.render.version import schema_version

log = logging.getLogger("supaops.worker")


def require_served(found: Versions, environment: str) -> None:
    """Refuse a schema that is older than this worker, or that no longer serves it.

    One that is merely newer keeps its contract: workers are replaced after an upgrade, one by one,
    and one that starts again meanwhile must not be lost.

    Raises: Refused that names both versions and the remedy.
    """
    mine = schema_version()
    if 0 < found.installed < mine:
        raise Refused(
            f"the database has schema version {found.installed}, "
            f"and a worker of version {__version__} needs {mine}",
            hint=f"supaops upgrade --env {environment}, then start the worker",
        )
    if found.oldest_worker > mine:
        raise Refused(
            f"the database has schema version {found.installed}, which no longer serves workers "
            f"from before {found.oldest_worker}; this one is of {mine}",
            hint="start a worker of the newer supaops: pip install --upgrade supaops",
        )
    if found.installed > mine:
        log.warning(
            "the database has schema version %d, this worker is of %d: replace it soon",
            found.installed,
            mine,
        )
