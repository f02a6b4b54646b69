"""Grants: they follow their object, and allow nobody more than is declared."""

from __future__ import annotations

from collections.abc import Iterable

from supaops.db.live import LiveObject, State
from supaops.plan import Action, Change
from supaops.render.resource import Kind, Resource


def with_grants(changes: list[Change], resources: Iterable[Resource]) -> list[Change]:
    """Add the grants of every object that is about to change: a dropped one loses them."""
    touched = {
        change.desired.name
        for change in changes
        if change.desired and change.kind in (Kind.FUNCTION, Kind.VIEW)
    }
    grants = (each for each in resources if each.kind is Kind.GRANT and each.name in touched)
    return with_changes(changes, grants)


def with_changes(changes: list[Change], grants: Iterable[Resource]) -> list[Change]:
    """Add the grants that are not among the changes yet, so that they are recorded too."""
    planned = {change.address for change in changes}
    added = [
        Change(each.address, Action.UPDATE, "follows its object", each)
        for each in grants
        if each.address not in planned
    ]
    return sorted([*changes, *added], key=lambda change: change.order)


def loose_grants(resources: Iterable[Resource], state: State) -> list[Resource]:
    """Return the grants of objects that still allow more than is declared."""
    grants = (each for each in resources if each.kind is Kind.GRANT)
    live = ((each, state.live.get(each.address)) for each in grants)
    return [each for each, found in live if found and not as_granted(each, found)]


def as_granted(grant: Resource, live: LiveObject) -> bool:
    """Tell whether an object allows all that is declared, and nobody else anything."""
    granted = set(grant.spec["granted"])
    return set(live.facts["remedies"]) <= granted <= set(live.definition.splitlines())
