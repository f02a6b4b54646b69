"""Carry out an import in one transaction: lock, look again, alter, prove, record, write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from supaops.adopt.alteration import digest_query, lanes_query, statements
from supaops.adopt.discovery import Discovery, Wanted, discover_in
from supaops.adopt.draft import Draft, Rows
from supaops.adopt.installation import first_step, install
from supaops.adopt.recording import adopted, record, summary_of
from supaops.adopt.survey import TableSurvey, queue_step
from supaops.apply import Provenance
from supaops.db.adopt import add_lane, recount
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.live import State, settle_in
from supaops.db.lock import blocker, lock_holder, take_apply_lock
from supaops.db.table import lock_table, read_row, read_rows, run_all
from supaops.errors import Blocked, LockHeld, Refused, SupaopsError
from supaops.plan import Desired
from supaops.render.resource import Resource

STATEMENT_TIMEOUT = timedelta(hours=1)
"""A table of many millions of rows is written anew in one statement."""

Progress = Callable[[str], None]


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
    made = first_step(conn, desired, before)
    if found.table:
        made += _table(conn, desired, before, found.table, progress)
    after = desired.state(conn)
    items = [adopted(after, item.live.address) for item in found.taken]
    jobs = found.table.rows.jobs if found.table and found.table.rows else None
    revision = record(conn, desired, after, [*made, *items], provenance, summary_of(items, jobs))
    return Imported(jobs, revision)


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
    made = install(conn, desired, before)
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
            hint="this is a defect of supaops: report the table's definition",
        )


def _require_lane(expected: int, number: int) -> None:
    if expected != number:
        raise SupaopsError(
            "the lanes have been numbered already; nothing was changed",
            hint="this is a defect of supaops: report it",
        )
