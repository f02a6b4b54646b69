"""One page of the jobs that a filter finds, within a time limit wherever they are."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.filtering import Filter
from supaops.db.operators import composed
from supaops.db.walking import LAST_ID, Look, Stretch, few, look

BUDGET_S = 0.1
"""How long the jobs of a page are looked for; what is beyond is another search."""
FIRST_LOOK, _LONGEST_LOOK = 500, 40_000
_LOOK_S = 0.025
_TRIED = {"failed", "retrying"}

Timer = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins.

    Attributes:
        before, after: only jobs with a smaller id, the newest of them, or with a greater one, the
            oldest of them; both None is the newest of all.
    """

    before: int | None = None
    after: int | None = None
    size: int = 50


@dataclass(frozen=True, slots=True)
class ListedJob:
    """A job as a line of the list; `last_error` is cut."""

    id: int
    task_type: str
    queue: str
    status: str
    attempts: int
    max_attempts: int
    worker: str | None
    last_error: str | None = field(repr=False)
    run_at: datetime
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of jobs, the newest first.

    Attributes:
        total: how many match in all; None where that was not counted.
        looked: how many jobs were looked at one after the other; 0 where they were looked up.
        newer, older: where the next pages begin; None where there is none.
        search_on: where a search goes on that its time did not suffice for; None after a whole one.
    """

    rows: tuple[ListedJob, ...] = ()
    total: int | None = None
    looked: int = 0
    newer: Place | None = None
    older: Place | None = None
    search_on: Place | None = None


@dataclass(slots=True)
class _Walk:
    """What a walk has seen; `last` is the id it looked at last, None at the end of the jobs."""

    ids: list[int] = field(default_factory=list)
    looked: int = 0
    counted: int = 0
    last: int | None = None

    def take(self, seen: Look) -> None:
        """Add what a look showed."""
        self.ids += [job_id for job_id, _ in seen.matches]
        self.looked += seen.looked
        self.counted += seen.counted


def search(
    conn: Connection,
    config: Config,
    wanted: Filter,
    place: Place,
    by_status: Mapping[str, int],
    timer: Timer = time.monotonic,
) -> Found:
    """Return a page of jobs; the list goes by id, so that none is left out and none comes twice.

    Args:    by_status: how many jobs there are of the filter's queue and task type.
    Raises:  DatabaseError; QueryTimeout by the connection's limit.
    """
    found = few(conn, config, wanted, by_status)
    if found is not None:
        return _slice(conn, config, [job_id for job_id, _ in found.matches], place)
    walking = _Walking(conn, config, wanted, wanted.expected(by_status), timer)
    return walking.older(place) if place.after is None else walking.newer(place, place.after)


def _slice(conn: Connection, config: Config, ids: list[int], place: Place) -> Found:
    """Return a page of the ids of all jobs that match."""
    page = _page(ids, place)
    has_newer = bool(page) and page[0] != ids[0]
    has_older = bool(page) and page[-1] != ids[-1]
    return Found(
        _rows(conn, config, page),
        total=len(ids),
        newer=_after(page[0], place) if has_newer else None,
        older=_before(page[-1], place) if has_older else None,
    )


def _page(ids: list[int], place: Place) -> list[int]:
    if place.before is not None:
        return [each for each in ids if each < place.before][: place.size]
    if place.after is not None:
        newer = [each for each in ids if each > place.after]
        return newer[-place.size :] if len(newer) > place.size else ids[: place.size]
    return ids[: place.size]


@dataclass(frozen=True, slots=True)
class _Walking:
    """Look at the jobs one after the other; `expected` of them may match at most."""

    conn: Connection
    config: Config
    wanted: Filter
    expected: int
    timer: Timer

    def older(self, place: Place) -> Found:
        """Return the newest jobs before a place."""
        start = LAST_ID if place.before is None else place.before - 1
        # What was left out before the page is counted as well.
        enough = self.expected if place.before is None else None
        seen = self._walk(Stretch(start, place.size + 1), enough)
        page = seen.ids[: place.size]
        has_older = len(seen.ids) > place.size
        return Found(
            _rows(self.conn, self.config, page),
            looked=seen.looked,
            newer=None if place.before is None else _after(page[0] if page else start, place),
            older=_before(page[-1], place) if has_older else None,
            search_on=None if has_older or seen.last is None else _before(seen.last, place),
        )

    def newer(self, place: Place, after: int) -> Found:
        """Return the oldest jobs behind a place; where those do not fill a page, the newest."""
        seen = self._walk(Stretch(after + 1, place.size + 1, "up"), None)
        is_whole = len(seen.ids) > place.size
        if not is_whole and seen.last is None:
            return self.older(Place(size=place.size))
        page = sorted(seen.ids)[: place.size][::-1]
        return Found(
            _rows(self.conn, self.config, page),
            looked=seen.looked,
            newer=_after(page[0], place) if is_whole else None,
            older=_before(page[-1] if page else after + 1, place),
            search_on=None if is_whole or seen.last is None else _after(seen.last, place),
        )

    @property
    def _were_tried(self) -> bool:
        """Tell whether the jobs have attempts that did not succeed: they may be few among all."""
        return bool(self.wanted.statuses) and set(self.wanted.statuses or ()) <= _TRIED

    def _walk(self, stretch: Stretch, enough: int | None) -> _Walk:
        """Look for so many matches from an id on, as far as the time allows.

        Args:    enough: the jobs that the counts know of; after as many there is no other.
        """
        deadline, jobs = self.timer() + BUDGET_S, FIRST_LOOK
        source: Literal["jobs", "tried"] = "tried" if self._were_tried else "jobs"
        walk, next_id = _Walk(), stretch.from_id
        while True:  # once at least, so that each search comes further
            began = self.timer()
            part = Stretch(next_id, jobs, stretch.way, source)
            seen = look(self.conn, self.config, self.wanted, part)
            walk.take(seen)
            if seen.walked < jobs or (enough is not None and walk.counted >= enough):
                return walk
            walk.last = seen.least_id if stretch.way == "down" else seen.greatest_id
            if len(walk.ids) >= stretch.jobs or self.timer() >= deadline:
                return walk
            next_id = walk.last - 1 if stretch.way == "down" else walk.last + 1
            walk.last, jobs = None, next_look(jobs, self.timer() - began)


def next_look(jobs: int, took_s: float) -> int:
    """Return how many jobs are looked at in about `_LOOK_S`: payloads may be large."""
    factor = min(max(_LOOK_S / max(took_s, 0.001), 0.1), 4.0)
    return int(min(max(jobs * factor, 100), _LONGEST_LOOK))


def _rows(conn: Connection, config: Config, ids: list[int]) -> tuple[ListedJob, ...]:
    if not ids:
        return ()
    with translated("reading the jobs"):
        found = conn.execute(composed("page_search.rows", config), {"ids": ids}).fetchall()
    return tuple(ListedJob(**row) for row in found)


def _before(job_id: int, place: Place) -> Place:
    return Place(before=job_id, size=place.size)


def _after(job_id: int, place: Place) -> Place:
    return Place(after=job_id, size=place.size)


def newest_id(conn: Connection, config: Config) -> int:
    """Return the greatest id there is; 0 for an empty queue.

    Raises: DatabaseError.
    """
    with translated("reading the jobs"):
        [row] = conn.execute(composed("page_search.newest_id", config)).fetchall()
    return int(row["id"])
