"""Schema versions: the number of the newest step that a database has run. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from supaops.render.environment import template_root
from supaops.render.resource import Kind

FIRST_VERSION = 10
"""The oldest schema version that can be upgraded: from it on, steps are append-only."""


@cache
def schema_steps() -> tuple[str, ...]:
    """Return the addresses of the steps that this supaops has, oldest first."""
    found = (template_root() / "sql" / "schema").glob("*.sql.j2")
    return tuple(sorted(f"{Kind.SCHEMA}.{path.name.removesuffix('.sql.j2')}" for path in found))


def schema_version() -> int:
    """Return the schema version that this supaops installs."""
    return newest_step(schema_steps())


def newest_step(addresses: Iterable[str]) -> int:
    """Return the schema version of a database that has run these steps; 0 for none.

    Args:    addresses: of any resources, such as ``schema.017_dashboard``.
    """
    steps = (name for each in addresses if (name := each.partition(".")[2]) and is_step(each))
    return max((int(name.partition("_")[0]) for name in steps), default=0)


def is_step(address: str) -> bool:
    """Tell whether a resource is a schema step."""
    return address.startswith(f"{Kind.SCHEMA}.")
