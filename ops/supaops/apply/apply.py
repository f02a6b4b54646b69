"""Carry out a plan in one transaction: lock, re-read, execute, verify, record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from pydantic import SecretStr

from supaops.apply.environment import require_own_environment
from supaops.apply.grants import as_granted, loose_grants, with_changes, with_grants
from supaops.apply.provenance import Provenance
from supaops.apply.together import together
from supaops.db.connect import Connection
from supaops.db.environment import name_environment
from supaops.db.errors import translated
from supaops.db.history import record_versions
from supaops.db.live import LiveObject, State, settle_in
from supaops.db.lock import blocker, lock_holder, take_apply_lock
from supaops.db.record import forget_resources, record_resources, record_revision
from supaops.db.write import (
    create_together,
    put,
    remove,
    restrict,
    validate_bodies,
    validate_commands,
)
from supaops.errors import Blocked, LockHeld, Refused, SupaopsError
from supaops.plan import (
    ROW_KINDS,
    Action,
    Change,
    Desired,
    Plan,
    complete,
    of_record,
    summary,
)
from supaops.render.resource import Kind, Resource

LOCK_WAIT = timedelta(seconds=10)
STATEMENT_TIMEOUT = timedelta(minutes=5)

Progress = Callable[[Change], None]


@dataclass(frozen=True, slots=True)
class Options:
    """What an apply may do beyond creating, updating and repairing drift."""

    prune: bool = False
    force: bool = False
    lock_wait: timedelta = LOCK_WAIT


DEFAULT_OPTIONS = Options()


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply did; `revision_id` is None when there was nothing to do."""

    changes: tuple[Change, ...]
    revision_id: int | None


def apply_plan(
    conn: Connection,
    desired: Desired,
    plan: Plan,
    provenance: Provenance,
    options: Options = DEFAULT_OPTIONS,
    progress: Progress = lambda _change: None,
) -> Applied:
    """Apply exactly `plan`, or nothing.

    Args:    plan: what was shown; compared with the state under the lock.
    Raises:  LockHeld, Refused (the database of another environment, the state moved, or a conflict
        without `force`), DatabaseError.
        Whatever is raised, the database is as before.
    """
    try:
        with translated("applying"), conn.transaction():
            take_apply_lock(conn, wait=options.lock_wait, statement_timeout=STATEMENT_TIMEOUT)
            settle_in(conn)
            require_own_environment(conn, plan.environment)
            applied = _apply_under_lock(conn, desired, plan, provenance, options, progress)
            name_environment(conn, plan.environment)
            return applied
    except LockHeld as error:
        raise LockHeld(
            error.message,
            place=lock_holder(conn),
            hint="wait for it and run the same command again; nothing was changed",
        ) from error
    except Blocked as error:
        queue = desired.config.queue
        raise Blocked(
            error.message, place=blocker(conn, queue.schema_name, queue.name), hint=error.hint
        ) from error


def _apply_under_lock(
    conn: Connection,
    desired: Desired,
    plan: Plan,
    provenance: Provenance,
    options: Options,
    progress: Progress,
) -> Applied:
    now = desired.plan_now(conn)
    if not now.pending:  # whoever held the lock did what we came for
        return Applied((), None)
    _require_same(plan, now)
    changes = with_grants(_selected(plan, options), desired.resources)
    if not changes:
        return Applied((), None)
    _execute(conn, changes, desired.secrets, progress)
    changes, after = _tighten(conn, desired, changes)
    _verify(conn, desired.resources, changes, after)
    told = ": ".join(filter(None, [desired.purpose, summary(plan)]))
    return Applied(tuple(changes), _record(conn, plan, told, changes, after, provenance))


def _tighten(
    conn: Connection, desired: Desired, changes: list[Change]
) -> tuple[list[Change], State]:
    """Take back what is granted beyond the declared; return all changes, and the state after."""
    after = desired.state(conn)
    loose = loose_grants(desired.resources, after)
    if not loose:
        return changes, after
    restrict(conn, loose, after.live)
    return with_changes(changes, loose), desired.state(conn)


def _require_same(shown: Plan, now: Plan) -> None:
    if shown.fingerprint != now.fingerprint:
        raise Refused(
            "the database changed after the plan was made; nothing was applied",
            hint="run `supaops plan` again and apply what it shows",
        )


def _selected(plan: Plan, options: Options) -> list[Change]:
    """Return the changes to carry out; refuse conflicts that nobody decided on.

    A schema step's conflict cannot be forced: tables hold data, and what ran is not taken back.
    """
    conflicts = plan.of(Action.CONFLICT)
    if steps := [change for change in conflicts if change.kind is Kind.SCHEMA]:
        raise Refused(
            _reasons(steps),
            hint="bring back what was there, or move away what is in the way; once applied, "
            "queue.name and queue.schema cannot change, nor an older version take over",
        )
    if conflicts and not options.force:
        raise Refused(
            _reasons(conflicts),
            hint="look at `supaops plan`, then `supaops apply --force` to overwrite what is live",
        )
    wanted = {Action.CREATE, Action.UPDATE, Action.DRIFT, Action.CONFLICT}
    return plan.of(*(wanted | {Action.DELETE} if options.prune else wanted))


def _reasons(changes: Iterable[Change]) -> str:
    return "; ".join(f"{change.address} {change.reason}" for change in changes)


def _execute(
    conn: Connection,
    changes: Iterable[Change],
    secrets: Mapping[str, SecretStr],
    progress: Progress,
) -> None:
    for chunk in together(changes):
        for change in chunk:
            progress(change)
        if len(chunk) > 1:
            create_together(conn, [change.desired for change in chunk if change.desired])
        else:
            _carry_out(conn, chunk[0], secrets)


def _carry_out(conn: Connection, change: Change, secrets: Mapping[str, SecretStr]) -> None:
    if change.desired is not None:
        put(conn, change.desired, change.live, secrets)
    elif change.live is not None:
        remove(conn, change.live)


def _verify(
    conn: Connection,
    resources: tuple[Resource, ...],
    changes: Iterable[Change],
    after: State,
) -> None:
    """Prove, before the commit, that the database now holds what is declared."""
    validate_bodies(conn, (each for each in resources if each.kind is Kind.FUNCTION))
    written = (change.desired for change in changes if change.kind is Kind.CRON_JOB)
    validate_commands(conn, (job for job in written if job))
    wrong = [each.address for each in resources if not _holds(each, after)]
    if wrong:
        raise SupaopsError(
            f"after the apply, {', '.join(wrong)} would still not be as declared",
            hint="nothing was changed; something in the database undoes what supaops writes",
        )


def _holds(resource: Resource, state: State) -> bool:
    live = state.live.get(resource.address)
    if resource.kind is Kind.SCHEMA:
        return True
    if live is None:
        return False
    if resource.kind is Kind.GRANT:
        return as_granted(resource, live)
    return resource.kind not in ROW_KINDS or complete(resource, state).definition == live.definition


def _record(
    conn: Connection,
    plan: Plan,
    told: str,
    changes: Iterable[Change],
    after: State,
    provenance: Provenance,
) -> int:
    revision_id = record_revision(
        conn,
        {
            "environment": plan.environment,
            "applied_by": provenance.applied_by,
            "git_sha": provenance.git_sha,
            "tool_version": provenance.tool_version,
            "summary": told,
            "plan": of_record(plan),
        },
    )
    kept = [complete(change.desired, after) for change in changes if change.desired]
    pairs = [(each, after.live.get(each.address) or _as_applied(each)) for each in kept]
    gone = [change.address for change in changes if change.desired is None]
    record_resources(conn, pairs, revision_id)
    forget_resources(conn, gone)
    record_versions(conn, kept, gone, revision_id)
    return revision_id


def _as_applied(step: Resource) -> LiveObject:
    """Return a schema step's live side: it ran, which is all the catalogs could say."""
    return LiveObject(step.kind, step.name, step.definition)
