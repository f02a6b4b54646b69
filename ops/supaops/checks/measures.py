"""What the metrics show of the chain beside its checks, as of one moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from supaops.checks.cron.facts import run_facts
from supaops.checks.cron.ticks import JobTicks, ticks_of
from supaops.checks.sources import Sources
from supaops.db.connect import Connection
from supaops.db.health.metrics import (
    WINDOW,
    Finished,
    JobCount,
    Posts,
    Starts,
    read_finished,
    read_job_counts,
    read_paused,
    read_posts,
    read_starts,
)
from supaops.db.moment import moment
from supaops.errors import SupaopsError
from supaops.plan import Desired


@dataclass(frozen=True, slots=True)
class Measures:
    """The chain in numbers.

    Attributes:
        read: of each part, by its name, whether it could be read; what could not is empty.
        paused: queues; `*` is all of them.
    """

    read: dict[str, bool]
    jobs: list[JobCount] = field(default_factory=list)
    paused: list[str] = field(default_factory=list)
    finished: list[Finished] = field(default_factory=list)
    starts: list[Starts] = field(default_factory=list)
    posts: list[Posts] = field(default_factory=list)
    ticks: list[JobTicks] = field(default_factory=list)


_PARTS: dict[str, Callable[[Sources], Any]] = {
    "jobs": lambda sources: read_job_counts(sources.conn, sources.desired.config),
    "paused": lambda sources: read_paused(sources.conn, sources.desired.config),
    "finished": lambda sources: read_finished(sources.conn, sources.desired.config),
    "starts": lambda sources: read_starts(sources.conn, sources.desired.config),
    "posts": lambda sources: read_posts(sources.conn, sources.desired.config),
    "ticks": lambda sources: ticks_of(sources.desired.config, run_facts(sources)),
}
NOTHING = Measures(read=dict.fromkeys(_PARTS, False))
"""What there is to show without a connection."""


def take_measures(conn: Connection, desired: Desired) -> Measures:
    """Return the numbers of one moment; changes nothing.

    Raises: DatabaseError when the connection is lost.
    """
    limits = desired.config.checks
    ends_at = time.monotonic() + limits.total_timeout.total_seconds()
    sources = Sources(conn, desired, limits.timeout.total_seconds(), ends_at)
    with moment(conn):
        found = {name: _read(sources, read) for name, read in _PARTS.items()}
    known = {name: value for name, value in found.items() if value is not None}
    return Measures(read={name: name in known for name in found}, **known)


def _read(sources: Sources, read: Callable[[Sources], Any]) -> Any | None:
    try:
        return sources.facts(read)
    except SupaopsError:
        return None


__all__ = ["NOTHING", "WINDOW", "Finished", "JobCount", "JobTicks", "Measures", "Posts", "Starts"]
