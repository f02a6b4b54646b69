"""Retry, replay or cancel many jobs: some at a time, their state looked at again each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.operators import Actor, Done, change_jobs, statuses
from supaops.errors import Blocked, DatabaseError
from supaops.jobs.verb import Verb

CHUNK = 500

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the selected jobs.

    Attributes:
        done: those that were changed.
        left: how many were left alone, by why: their state had moved meanwhile.
        failed: why a job could not be changed, by id.
        new_ids: of a replay, the new job by the old one.
    """

    verb: Verb
    done: tuple[int, ...]
    left: Mapping[str, int]
    failed: Mapping[int, str]
    new_ids: Mapping[int, int]


def change(
    conn: Connection,
    config: Config,
    verb: Verb,
    ids: Sequence[int],
    actor: Actor,
    progress: Progress = lambda _count: None,
) -> Outcome:
    """Change jobs, 500 in a transaction; one that cannot be changed does not keep the others.

    Args:    progress: gets how many were dealt with.
    Raises:  DatabaseError that says how many were dealt with before; those stay changed.
    """
    results: list[Done] = []
    left: Counter[str] = Counter()
    for start in range(0, len(ids), CHUNK):
        chunk = list(ids[start : start + CHUNK])
        try:
            made = _change(conn, config, verb, chunk, actor)
        except DatabaseError as error:
            raise _stopped(error, verb, start, len(ids)) from error
        results += made
        left += _left(conn, config, verb, set(chunk) - {each.job_id for each in made})
        progress(start + len(chunk))
    return outcome_of(verb, results, left)


def _change(
    conn: Connection, config: Config, verb: Verb, ids: list[int], actor: Actor
) -> list[Done]:
    """Change jobs in one transaction; when it fails, in halves, to find the one that makes it."""
    try:
        return change_jobs(conn, config, verb.name, ids, actor)
    except Blocked:
        raise
    except DatabaseError as error:
        if conn.closed:
            raise
        if len(ids) == 1:
            return [Done(ids[0], problem=error.message.partition(": ")[2])]
    half = len(ids) // 2
    return [
        *_change(conn, config, verb, ids[:half], actor),
        *_change(conn, config, verb, ids[half:], actor),
    ]


def _left(conn: Connection, config: Config, verb: Verb, ids: set[int]) -> Counter[str]:
    """Say why jobs were not changed that could be when they were selected."""
    found = statuses(conn, config, sorted(ids)) if ids else {}
    return Counter(verb.why_left(found.get(each)) for each in ids)


def outcome_of(verb: Verb, results: Sequence[Done], left: Mapping[str, int]) -> Outcome:
    """Return what became of jobs, from the rows of those that were dealt with."""
    good = [each for each in results if each.problem is None]
    return Outcome(
        verb,
        done=tuple(each.job_id for each in good),
        left=left,
        failed={each.job_id: each.problem for each in results if each.problem is not None},
        new_ids={each.job_id: each.new_id for each in good if each.new_id is not None},
    )


def _stopped(error: DatabaseError, verb: Verb, count: int, total: int) -> DatabaseError:
    return type(error)(
        f"{count} of {total} were dealt with: {error.message}",
        place=error.place,
        hint=error.hint or f"run the same {verb.name} again for the rest",
    )
