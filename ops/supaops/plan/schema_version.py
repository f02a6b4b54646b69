"""What a database's schema version allows this supaops to do. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from supaops import __version__
from supaops.errors import Refused
from supaops.plan.model import Plan
from supaops.render.version import (
    FIRST_VERSION,
    is_step,
    newest_step,
    schema_steps,
    schema_version,
)


def installed_version(plan: Plan) -> int:
    """Return the schema version of the database that was planned; 0 before the first apply."""
    return newest_step(each.address for each in plan.of_record)


def is_behind(plan: Plan) -> bool:
    """Tell whether a database was applied to, and has an older schema than this supaops makes."""
    return 0 < installed_version(plan) < schema_version()


def require_known(recorded: Iterable[str]) -> None:
    """Refuse a schema that this supaops would judge, and change, by half of what it is.

    Args:    recorded: addresses of what a database records.
    Raises:  Refused that names both versions and the remedy.
    """
    unknown = sorted(set(filter(is_step, recorded)) - set(schema_steps()))
    if not unknown:
        return
    if (installed := newest_step(unknown)) > schema_version():
        raise newer(installed)
    raise Refused(
        f"the database has steps from before schema version {FIRST_VERSION}, "
        f"the first that can be upgraded: {', '.join(unknown)}",
        hint="apply to a new database, and enqueue there the jobs that still wait here",
    )


def newer(installed: int) -> Refused:
    """Return the refusal of a database that is ahead of this supaops."""
    return Refused(
        f"the database has schema version {installed}, "
        f"and this supaops, {__version__}, knows none after {schema_version()}",
        hint="use the newer supaops: pip install --upgrade supaops",
    )
