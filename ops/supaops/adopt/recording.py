"""Write down what an import made ours: a revision, and a record of each resource."""

from __future__ import annotations

from supaops.adopt.items import counted_items, fields_of
from supaops.adopt.notes import counted
from supaops.apply import Provenance
from supaops.db.connect import Connection
from supaops.db.history import has_history, record_versions
from supaops.db.live import LiveObject, State
from supaops.db.record import record_resources, record_revision
from supaops.plan import Action, Change, Desired, Plan, of_record
from supaops.plan.diff import complete
from supaops.render.resource import Kind, Resource


def adopted(state: State, address: str) -> Resource:
    """Return what is live as if it had been rendered so: the next plan compares with that."""
    live = state.live[address]
    return Resource(live.kind, live.name, live.definition, "import", fields_of(live))


def summary_of(items: list[Resource], jobs: int | None) -> str:
    parts = counted_items(each.kind for each in items)
    if jobs is not None:
        parts.append(f"a table of {counted(jobs)}")
    return f"imported {', '.join(parts)}"


def record(
    conn: Connection,
    desired: Desired,
    after: State,
    made: list[Resource],
    provenance: Provenance,
    summary: str,
) -> int:
    changes = tuple(
        Change(
            each.address, Action.CREATE, "was imported", each, None, after.live.get(each.address)
        )
        for each in made
    )
    environment = desired.config.environment
    plan = Plan(environment, after.role, after.database, after.database_id, changes)
    revision_id = record_revision(
        conn,
        {
            "environment": environment,
            "applied_by": provenance.applied_by,
            "git_sha": provenance.git_sha,
            "tool_version": provenance.tool_version,
            "summary": summary,
            "plan": of_record(plan),
        },
    )
    pairs = [_pair(each, after) for each in made]
    record_resources(conn, pairs, revision_id)
    if has_history(conn):  # else its own step takes them over when it runs
        record_versions(conn, (resource for resource, _ in pairs), (), revision_id)
    return revision_id


def _pair(resource: Resource, after: State) -> tuple[Resource, LiveObject]:
    live = after.live.get(resource.address)
    if resource.kind is Kind.VAULT_SECRET and live:
        return resource, live
    step = LiveObject(resource.kind, resource.name, resource.definition)
    return complete(resource, after), live or step
