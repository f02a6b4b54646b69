"""Carry out an import in one transaction: lock, look again, alter, prove, record, write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from supaops.adopt.alteration import digest_query, lanes_query, statements
from supaops.adopt.discovery import Discovery, Wanted, discover_in
from supaops.adopt.draft import Draft, Rows
from supaops.adopt.items import counted_items, fields_of
from supaops.adopt.notes import counted
from supaops.adopt.survey import TableSurvey, queue_step
from supaops.apply import Provenance
from supaops.db.adopt import add_lane, recount
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.history import has_history, record_versions
from supaops.db.live import LiveObject, State, settle_in
from supaops.db.lock import blocker, lock_holder, take_apply_lock
from supaops.db.record import record_resources, record_revision
from supaops.db.table import lock_table, read_row, read_rows, run_all
from supaops.db.write import put
from supaops.errors import Blocked, LockHeld, Refused, SupaopsError
from supaops.plan import Action, Change, Desired, Plan, of_record
from supaops.plan.diff import build_plan, complete
from supaops.render.resource import Kind, Resource
from supaops.render.resources import PRIVATE_SCHEMA

STATEMENT_TIMEOUT = timedelta(hours=1)
"""A table of many millions of rows is written anew in one statement."""

Progress = Callable[[str], None]

_INSTALLED = (Kind.SCHEMA, Kind.TASK_TYPE, Kind.LIMIT, Kind.TRIGGER)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did; `revision_id` is None when there was nothing to do."""

    jobs: int | None
    revision_id: int | None


def carry_out(
    conn: Connection,
    desired: Desired,
    wanted: Wanted,
    shown: Discovery,
    provenance: Provenance,
    *,
    lock_wait: timedelta,
    progress: Progress = lambda _doing: None,
) -> Imported:
    """Import exactly what was shown, or nothing.

    Raises: LockHeld, Blocked, Refused (an obstacle, or something moved), DatabaseError, and
        SupaopsError when the YAML cannot be written. Whatever is raised, database and file are as
        they were.
    """
    require_possible(shown)
    if shown.is_empty:
        return Imported(None, None)
    try:
        with _holders_named(conn, desired), translated("importing"), conn.transaction():
            take_apply_lock(conn, wait=lock_wait, statement_timeout=STATEMENT_TIMEOUT)
            settle_in(conn)
            done = _under_lock(conn, desired, wanted, shown, provenance, progress)
            shown.edit.write()
    except BaseException:
        if _is_written(shown):
            shown.edit.undo()  # the commit itself failed
        raise
    return done


def require_possible(shown: Discovery) -> None:
    """Refuse a table that cannot be brought over, with every reason.

    Raises: Refused.
    """
    if shown.table and shown.table.obstacles:
        count = len(shown.table.obstacles)
        reasons = "1 reason" if count == 1 else f"{count} reasons"
        raise Refused(
            f"the table stays as it is for {reasons}; nothing was changed",
            place=str(shown.table.draft.site.table),
            hint="see above what would help against each, then run the same command again",
        )


def _is_written(shown: Discovery) -> bool:
    edit = shown.edit
    return not edit.is_empty and edit.path.read_bytes() == edit.after.encode()


@contextmanager
def _holders_named(conn: Connection, desired: Desired) -> Iterator[None]:
    """Say who holds the lock that an import waited for in vain."""
    queue = desired.config.queue
    try:
        yield
    except LockHeld as error:
        hint = "wait for it and run the same command again; nothing was changed"
        raise LockHeld(error.message, place=lock_holder(conn), hint=hint) from error
    except Blocked as error:
        place = blocker(conn, queue.schema_name, queue.name)
        raise Blocked(error.message, place=place, hint=error.hint) from error


def _under_lock(
    conn: Connection,
    desired: Desired,
    wanted: Wanted,
    shown: Discovery,
    provenance: Provenance,
    progress: Progress,
) -> Imported:
    queue = desired.config.queue
    if shown.table:
        lock_table(conn, queue.schema_name, queue.name)
    before = desired.state(conn)
    found = discover_in(conn, desired, wanted, before)
    require_possible(found)
    if not found.is_same(shown):
        raise Refused(
            "something changed after it was shown; nothing was imported",
            hint="run the same command again, and look at what it shows",
        )
    made = _first_step(conn, desired, before)
    if found.table:
        made += _table(conn, desired, before, found.table, progress)
    after = desired.state(conn)
    items = [_adopted(after, item.live.address) for item in found.taken]
    jobs = found.table.rows.jobs if found.table and found.table.rows else None
    revision = _record(conn, desired, after, [*made, *items], provenance, _summary(items, jobs))
    return Imported(jobs, revision)


def _first_step(conn: Connection, desired: Desired, state: State) -> list[Resource]:
    """Make the tables that ownership is recorded in, when they are not there yet."""
    step = min((each for each in desired.resources if each.kind is Kind.SCHEMA), key=_order)
    if step.address in state.recorded:
        return []
    if f"{Kind.GRANT}.{PRIVATE_SCHEMA}" in state.live:
        raise Refused(
            f"a schema {PRIVATE_SCHEMA} exists and was not made by supaops",
            hint="rename it, then run the same command again",
        )
    put(conn, step, None, {})
    return [step]


def _order(resource: Resource) -> tuple[int, str]:
    return resource.order


def _table(
    conn: Connection, desired: Desired, before: State, survey: TableSurvey, progress: Progress
) -> list[Resource]:
    """Bring the table to our shape, and put what keeps it right on it."""
    step = queue_step(desired.config, desired.resources)
    draft, rows = survey.draft, survey.rows
    if rows is None:
        return []
    lanes = read_rows(conn, lanes_query(draft), "reading the lanes")
    progress("reading every row")
    digest = read_row(conn, digest_query(draft, done=False), "reading the rows")
    progress(f"writing {rows.jobs} jobs anew")
    _alter(conn, draft, rows, [row["key"] for row in lanes])
    progress("reading every row again")
    _require_equal(digest, read_row(conn, digest_query(draft, done=True), "reading the rows"))
    progress("making what keeps it right")
    made = _install(conn, desired, before)
    for number, lane in enumerate(lanes, 1):
        _require_lane(number, add_lane(conn, lane))
    recount(conn)
    return [step, *made]


def _alter(conn: Connection, draft: Draft, rows: Rows, keys: Iterable[str]) -> None:
    lane_ids = {key: number for number, key in enumerate(keys, 1)}
    run_all(conn, statements(draft, rows, lane_ids), f"changing table {draft.site.table}")


def _require_equal(before: object, after: object) -> None:
    if before != after:
        raise SupaopsError(
            "the rows would not be the same afterwards; nothing was changed",
            hint="this is a defect of supaops: please report the table's definition",
        )


def _require_lane(expected: int, number: int) -> None:
    if expected != number:
        raise SupaopsError(
            "the lanes have been numbered already; nothing was changed",
            hint="this is a defect of supaops: please report it",
        )


def _install(conn: Connection, desired: Desired, before: State) -> list[Resource]:
    """Make the rest of what works unseen; what people call by name is for an apply."""
    made = {"schema.001_supaops", queue_step(desired.config, desired.resources).address}
    wanted = [each for each in desired.resources if _is_unseen(each) and each.address not in made]
    state = replace(desired.state(conn), recorded=before.recorded)
    plan = build_plan(desired.config.environment, wanted, state)
    ours = {each.address for each in wanted}
    changes = [each for each in plan.changes if each.address in ours]
    _refuse_conflicts(changes)
    pending = [each for each in changes if each.action is not Action.NOOP]
    for change in pending:
        if change.desired:
            put(conn, change.desired, change.live, {})
    return [change.desired for change in pending if change.desired]


def _is_unseen(resource: Resource) -> bool:
    """Tell whether a resource works behind the table: no name of it is called from outside."""
    is_private = resource.name == PRIVATE_SCHEMA or resource.name.startswith(f"{PRIVATE_SCHEMA}.")
    return resource.kind in _INSTALLED or (
        resource.kind in (Kind.FUNCTION, Kind.GRANT) and is_private
    )


def _refuse_conflicts(changes: Iterable[Change]) -> None:
    conflicts = [each for each in changes if each.action is Action.CONFLICT]
    if conflicts:
        reasons = "; ".join(f"{each.address} {each.reason}" for each in conflicts)
        raise Refused(
            f"{reasons}; nothing was changed",
            hint="rename or drop what has the name of something of ours",
        )


def _adopted(state: State, address: str) -> Resource:
    """Return what is live as if it had been rendered so: the next plan compares with that."""
    live = state.live[address]
    return Resource(live.kind, live.name, live.definition, "import", fields_of(live))


def _summary(items: list[Resource], jobs: int | None) -> str:
    parts = counted_items(each.kind for each in items)
    if jobs is not None:
        parts.append(f"a table of {counted(jobs)}")
    return f"imported {', '.join(parts)}"


def _record(
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


__all__ = ["Desired", "Imported", "carry_out", "require_possible"]
