"""Delete finished jobs now, instead of a little at each tick."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.filtering import Filter
from supaops.db.operators import Actor, clean_up
from supaops.jobs.selection import search

_IDLE_ROUNDS = 2
"""A cleanup that removes nothing may have met another one; two of them have found nothing."""


def expired(
    conn: Connection,
    config: Config,
    older_than: timedelta | None,
    progress: Callable[[str], None] = lambda _told: None,
) -> Counter[str]:
    """Count by status what a cleanup would delete.

    Raises: SupaopsError when the search takes longer than a minute; DatabaseError.
    """
    found: Counter[str] = Counter()
    ages = _ages(config, older_than)
    for age in set(ages.values()):
        together = tuple(status for status in ages if ages[status] == age)
        wanted = Filter(statuses=together, older=age)
        for seen in search(conn, config, wanted):
            found.update(status for _, status in seen.matches)
            progress(f"looked at {seen.looked:,} jobs, {found.total():,} found")
    return found


def _ages(config: Config, older_than: timedelta | None) -> dict[str, timedelta]:
    """Return from which age on jobs are deleted, by status; failed ones by retention alone."""
    if older_than is not None:
        return {"succeeded": older_than, "cancelled": older_than}
    kept = config.queue.retention
    ages = {"succeeded": kept.succeeded, "cancelled": kept.cancelled, "failed": kept.failed}
    return {status: age for status, age in ages.items() if age is not None}


def clean(
    conn: Connection,
    config: Config,
    older_than: timedelta | None,
    actor: Actor,
    progress: Callable[[int], None] = lambda _removed: None,
) -> int:
    """Delete until there is nothing left to delete; return how many were.

    Each call of the database deletes for five seconds at most, and is a transaction of its own.

    Args:    older_than: None is the declared retention.
    Raises:  DatabaseError; what was deleted stays so.
    """
    removed, idle = 0, 0
    while idle < _IDLE_ROUNDS:
        count = clean_up(conn, config, older_than, actor)
        idle = 0 if count else idle + 1
        removed += count
        progress(removed)
    return removed
