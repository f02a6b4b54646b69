"""What the metrics show of the chain beside its checks, as of the same moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from supaops.checks.cron.facts import run_facts
from supaops.checks.cron.ticks import JobTicks, ticks_of
from supaops.checks.queue.facts import counts, held
from supaops.checks.sources import Sources
from supaops.db.health.metrics import (
    WINDOW,
    Finished,
    Posts,
    Starts,
    read_finished,
    read_posts,
    read_starts,
)
from supaops.db.health.queue import Count, Pause


@dataclass(frozen=True, slots=True)
class Measures:
    """The chain in numbers.

    Attributes:
        read: of each part, by its name, whether it could be read; what could not is empty.
    """

    read: dict[str, bool]
    jobs: list[Count] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    finished: list[Finished] = field(default_factory=list)
    starts: list[Starts] = field(default_factory=list)
    posts: list[Posts] = field(default_factory=list)
    ticks: list[JobTicks] = field(default_factory=list)


def _pauses(sources: Sources) -> list[Pause]:
    return [each for each in sources.facts(held).pauses if each.holds and each.is_of_chain]


def _finished(sources: Sources) -> list[Finished]:
    return read_finished(sources.conn, sources.desired.config.queue)


def _starts(sources: Sources) -> list[Starts]:
    config = sources.desired.config
    return read_starts(sources.conn, config.queue, config.slo.freshness.within)


def _posts(sources: Sources) -> list[Posts]:
    return read_posts(sources.conn, sources.desired.config.queue)


def _ticks(sources: Sources) -> list[JobTicks]:
    return ticks_of(sources.desired.config, sources.facts(run_facts))


_PARTS: dict[str, Callable[[Sources], Any]] = {
    "jobs": counts,
    "pauses": _pauses,
    "finished": _finished,
    "starts": _starts,
    "posts": _posts,
    "ticks": _ticks,
}
NOTHING = Measures(read=dict.fromkeys(_PARTS, False))
"""What there is to show without a connection."""


def measures_of(sources: Sources) -> Measures:
    """Return the numbers; what the checks have read already is not read again."""
    found = {name: _read(sources, read) for name, read in _PARTS.items()}
    known = {name: value for name, value in found.items() if value is not None}
    return Measures(read={name: name in known for name in found}, **known)


def _read(sources: Sources, read: Callable[[Sources], Any]) -> Any | None:
    """Return a part, or None where it cannot be read.

    A defect is no reason to end a watcher either: the part is told to be missing.
    """
    try:
        return sources.facts(read)
    except Exception:
        return None


__all__ = [
    "NOTHING",
    "WINDOW",
    "Count",
    "Finished",
    "JobTicks",
    "Measures",
    "Pause",
    "Posts",
    "Starts",
]
