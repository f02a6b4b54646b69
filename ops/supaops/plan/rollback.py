"""Bring back an earlier revision: what it left becomes what is wanted. Data is never touched."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.history import bounds, versions_at
from supaops.db.live import Recorded
from supaops.errors import Refused, SupaopsError
from supaops.plan.desired import Desired
from supaops.render.objects import created_objects, granted
from supaops.render.resource import Kind, Resource

KEPT = frozenset({Kind.SCHEMA, Kind.VAULT_SECRET})
"""What no rollback changes: tables hold data, and of secrets no value is kept."""


def earlier(conn: Connection, config: Config, number: int | None, *, force: bool) -> Desired:
    """Return what a revision left, as something to plan and apply.

    Args:
        number: the revision; None for the one before the newest.
        force: whether the tables may have changed since.
    Raises: SupaopsError when it cannot be brought back; Refused when its functions were made for
        other tables.
    """
    wanted = _number(conn, number, config.environment)
    versions = versions_at(conn, wanted)
    now = versions_at(conn, bounds(conn).newest or wanted)
    _require_same_steps(versions, now, wanted, force=force)
    resources = revived(versions, f"revision {wanted}")
    return Desired(config, resources, {}, _comes_back, f"rollback to {wanted}")


def _comes_back(address: str) -> bool:
    return address.partition(".")[0] not in KEPT


def revived(versions: Iterable[Recorded], source: str) -> tuple[Resource, ...]:
    """Return recorded texts as resources again, in the order of creation.

    What an apply needs beside a text is read from it.
    """
    found = (each for each in versions if each.kind not in KEPT)
    return tuple(sorted((_resource(each, source) for each in found), key=lambda each: each.order))


def _number(conn: Connection, number: int | None, environment: str) -> int:
    listing = f"supaops history --env {environment}"
    known = bounds(conn)
    wanted = known.previous if number is None else number
    if wanted is None or known.newest is None:
        raise SupaopsError("there is no earlier revision", hint=f"see: {listing}")
    if not 0 < wanted <= known.newest:
        raise SupaopsError(f"there is no revision {wanted}", hint=f"see: {listing}")
    if wanted < known.since:
        raise SupaopsError(
            f"the texts of revision {wanted} were not kept",
            hint=f"the oldest revision that can be brought back is {known.since}",
        )
    return wanted


def _require_same_steps(
    then: Iterable[Recorded], now: Iterable[Recorded], number: int, *, force: bool
) -> None:
    since = sorted(_steps(now) - _steps(then))
    if since and not force:
        raise Refused(
            f"the functions of revision {number} were made for other tables: since then "
            f"{', '.join(since)} ran, which is never rolled back",
            hint="--force brings them back all the same; try it on a copy first",
        )


def _steps(versions: Iterable[Recorded]) -> set[str]:
    return {each.address for each in versions if each.kind is Kind.SCHEMA}


def _resource(version: Recorded, source: str) -> Resource:
    name = version.address.partition(".")[2]
    spec = _spec(version, source)
    return Resource(version.kind, name, version.definition, source, spec)


def _spec(version: Recorded, source: str) -> Mapping[str, Any]:
    place = f"{version.address} of {source}"
    match version.kind:
        case Kind.FUNCTION | Kind.VIEW | Kind.TRIGGER:
            [found] = created_objects(version.definition, place=place)
            return {"reference": found.reference}
        case Kind.GRANT:
            return {"granted": granted(version.definition, place=place)}
        case _:
            pairs = (line.split(": ", 1) for line in version.definition.splitlines())
            return {key: json.loads(value) for key, value in pairs}
