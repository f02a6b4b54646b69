"""Which jobs a verb is about: counted exactly, and capped."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.filtering import Filter
from supaops.db.operators import statuses
from supaops.db.selection import Attempt, Details, JobRow, details, rows
from supaops.db.walking import Seen, walk
from supaops.errors import SupaopsError
from supaops.jobs.verb import Verb

LONGEST_SEARCH_S = 60.0

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Selection:
    """The jobs that a verb is about.

    Attributes:
        ids: those to change, the oldest ones when there are more than the limit.
        by_status: how many there are to change, those beyond the limit too.
        left: how many are left alone, by why.
    """

    ids: tuple[int, ...]
    by_status: Mapping[str, int]
    left: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Return how many there are to change, those beyond the limit too."""
        return sum(self.by_status.values())

    @property
    def beyond(self) -> int:
        """Return how many are beyond the limit."""
        return self.total - len(self.ids)


def by_id(
    conn: Connection, config: Config, verb: Verb, ids: Collection[int], limit: int
) -> Selection:
    """Select jobs by id, and say why which are left alone.

    Raises: DatabaseError.
    """
    wanted = sorted(set(ids))
    found = statuses(conn, config, wanted)
    kept = [each for each in wanted if found.get(each) in verb.takes]
    left = Counter(verb.why_left(found.get(each)) for each in wanted if each not in set(kept))
    return Selection(tuple(kept[:limit]), Counter(found[each] for each in kept), left)


def by_filter(
    conn: Connection,
    config: Config,
    verb: Verb,
    wanted: Filter,
    limit: int,
    progress: Progress = lambda _told: None,
    *,
    from_id: int | None = None,
    patience_s: float | None = None,
) -> Selection:
    """Select the jobs that a filter finds, and say why which are left alone.

    Args:
        wanted: without statuses it is about the verb's usual ones.
        from_id: the greatest id to look at; None begins at the newest.
        patience_s: how long to search; None is a minute.
    Raises:  SupaopsError when the search takes longer; DatabaseError.
    """
    wanted = replace(wanted, statuses=wanted.statuses or verb.usual)
    ids: deque[int] = deque(maxlen=limit)
    counts: Counter[str] = Counter()
    for seen in search(conn, config, wanted, from_id, patience_s):
        counts.update(status for _, status in seen.matches)
        ids.extend(job_id for job_id, status in seen.matches if status in verb.takes)
        progress(f"looked at {seen.looked:,} jobs, {counts.total():,} found")
    taken = {status: count for status, count in counts.items() if status in verb.takes}
    left = {verb.why_left(each): count for each, count in counts.items() if each not in taken}
    return Selection(tuple(sorted(ids)), taken, left)


def newest(
    conn: Connection, config: Config, wanted: Filter, limit: int, before: int | None = None
) -> list[JobRow]:
    """Return the newest jobs that a filter finds, by descending id.

    Args:    before: only jobs with a smaller id, as a page after this one begins.
    Raises:  SupaopsError when the search takes longer than a minute; DatabaseError.
    """
    from_id = None if before is None else before - 1
    ids: list[int] = []
    with closing(search(conn, config, wanted, from_id)) as looks:
        for seen in looks:
            ids += [job_id for job_id, _ in seen.matches]
            if len(ids) >= limit:
                break
    return rows(conn, config, ids[:limit])


def search(
    conn: Connection,
    config: Config,
    wanted: Filter,
    from_id: int | None = None,
    patience_s: float | None = None,
) -> Generator[Seen, None, None]:
    """Look at the jobs by descending id for so many seconds at most; None is a minute.

    Raises: SupaopsError that says how to narrow it; DatabaseError.
    """
    patience = LONGEST_SEARCH_S if patience_s is None else patience_s
    deadline = time.monotonic() + patience
    with closing(walk(conn, config, wanted, from_id)) as looks:
        for seen in looks:
            yield seen
            if time.monotonic() > deadline:
                raise SupaopsError(
                    f"looked at {seen.looked:,} jobs in {patience:g} s, and there are more",
                    hint="narrow it by --status, --queue and --task-type: "
                    "the search ends with the last such job; or give ids",
                )


__all__ = [
    "Attempt",
    "Details",
    "Filter",
    "JobRow",
    "Selection",
    "by_filter",
    "by_id",
    "details",
    "newest",
    "search",
]
