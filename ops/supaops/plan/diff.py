"""Three-way comparison: what is declared, what was recorded, what is live."""

from __future__ import annotations

from collections.abc import Iterable

from supaops.db.live import LiveObject, Recorded, State, secret_definition
from supaops.plan.model import ROW_KINDS, Action, Change, Plan
from supaops.render.resource import Kind, Resource

# Grants follow their object, so those of foreign objects are not worth a line of their own.
_FOREIGN_KINDS = frozenset(set(Kind) - {Kind.GRANT})


def build_plan(environment: str, resources: Iterable[Resource], state: State) -> Plan:
    """Compare the declared resources with a database's state.

    Returns: a Plan with one Change per address, in the order of execution.
    """
    desired = {each.address: complete(each, state) for each in resources}
    addresses = {*desired, *state.recorded, *state.live}
    changes = [
        change for address in addresses if (change := _change(address, desired.get(address), state))
    ]
    ordered = tuple(sorted(changes, key=lambda change: change.order))
    return Plan(
        environment,
        state.role,
        state.database,
        state.database_id,
        ordered,
        state.logs_parameters,
        state.workers,
    )


def _change(address: str, desired: Resource | None, state: State) -> Change | None:
    recorded, live = state.recorded.get(address), state.live.get(address)
    if desired and (fault := _step_fault(desired, state)):
        return Change(address, Action.CONFLICT, fault, desired, recorded, live)
    return decide(address, desired, recorded, live)


def _step_fault(resource: Resource, state: State) -> str | None:
    """Return why a schema step cannot run, or can never have run, by the tables that there are.

    Every table has its grants, whose live side tells that the table is there.
    """
    made = set(resource.spec["made"]) if resource.kind is Kind.SCHEMA else set()
    there = {name for name in made if f"{Kind.GRANT}.{name}" in state.live}
    if recorded := state.recorded.get(resource.address):
        gone = ", ".join(sorted(made - there)) if recorded.sha256 == resource.sha256 else ""
        return f"made what is gone from the database: {gone}" if gone else None
    taken = ", ".join(sorted(there))
    return f"makes what exists and was not made by supaops: {taken}" if taken else None


def complete(resource: Resource, state: State) -> Resource:
    """Return a secret's resource with the digest of its value; any other resource as it is.

    Its salt is the database's.
    """
    if resource.kind is not Kind.VAULT_SECRET:
        return resource
    value_digest = state.secret_digests.get(resource.name)
    definition = secret_definition(resource.spec["description"], value_digest)
    return Resource(resource.kind, resource.name, definition, resource.source, resource.spec)


def decide(
    address: str, desired: Resource | None, recorded: Recorded | None, live: LiveObject | None
) -> Change | None:
    """Return the verdict on one address, or None when there is nothing to say."""
    verdict = _verdict(desired, recorded, live)
    return Change(address, *verdict, desired, recorded, live) if verdict else None


def _verdict(
    desired: Resource | None, recorded: Recorded | None, live: LiveObject | None
) -> tuple[Action, str] | None:
    if desired is None:
        return _undeclared(recorded, live)
    if live is not None and not live.facts.get("decrypts", True):
        return _undecryptable(recorded)
    if recorded is None:
        return _unrecorded(desired, live)
    if live is None:
        return Action.DRIFT, "is gone from the database"
    return _three_way(desired, recorded, live)


def _undecryptable(recorded: Recorded | None) -> tuple[Action, str]:
    """Judge a secret whose value nobody can know any more, whatever the config now says."""
    why = "cannot be decrypted: Vault's key is not the one it was written with"
    if recorded is None:
        return Action.CONFLICT, f"{why}; it was not made by supaops"
    return Action.DRIFT, why


def _undeclared(recorded: Recorded | None, live: LiveObject | None) -> tuple[Action, str] | None:
    if recorded is not None and recorded.kind is Kind.SCHEMA:
        # An older supaops must not forget a step that a newer one ran.
        return Action.CONFLICT, "is unknown to this version of supaops"
    if recorded is not None:
        return Action.DELETE, "is no longer declared"
    if live is not None and live.kind in _FOREIGN_KINDS:
        return Action.FOREIGN, "was not made by supaops"
    return None


def _unrecorded(desired: Resource, live: LiveObject | None) -> tuple[Action, str]:
    if live is None or desired.kind is Kind.GRANT:
        return Action.CREATE, "does not exist yet"
    if desired.kind is Kind.VAULT_SECRET and live.facts["value_matches"]:
        # Whatever its description: `[db.vault]` of the Supabase CLI sets values alone.
        return Action.CREATE, "exists with the declared value and will be adopted"
    if desired.kind in ROW_KINDS and desired.definition == live.definition:
        return Action.CREATE, "exists exactly as declared and will be adopted"
    return Action.CONFLICT, "exists, differs, and was not made by supaops"


def _three_way(desired: Resource, recorded: Recorded, live: LiveObject) -> tuple[Action, str]:
    declared_moved = desired.sha256 != recorded.sha256
    live_moved = live.sha256 != recorded.live_sha256
    if desired.kind is Kind.SCHEMA and declared_moved:
        return Action.CONFLICT, "was applied with another text; schema steps are append-only"
    if not declared_moved and not live_moved:
        return Action.NOOP, "is as declared"
    if not live_moved:
        return Action.UPDATE, "the config changed"
    if not declared_moved:
        return Action.DRIFT, "was changed outside supaops"
    if desired.kind in ROW_KINDS and desired.definition == live.definition:
        return Action.UPDATE, "was changed by hand to what the config now says"
    return Action.CONFLICT, "was changed both in the config and outside supaops"
