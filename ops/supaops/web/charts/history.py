"""The charts of a page, from what was read. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from supaops.db.pages.charts import (
    ATTEMPTS,
    JOBS_PER_SLOT,
    Counts,
    Durations,
    Event,
    Failures,
    History,
)
from supaops.db.pages.slots import Slots
from supaops.web.charts.chart import Axes, Chart, Series, Topic, curves, stacked
from supaops.web.charts.scale import Unit
from supaops.web.charts.windows import Window


class _OfSlot(Protocol):
    @property
    def slot(self) -> int: ...


T = TypeVar("T")
OfSlot = TypeVar("OfSlot", bound=_OfSlot)

_ENDED = Topic(
    "throughput",
    "Jobs that ended",
    Unit.JOBS,
    "From the counts of each minute. A minute in which a clean-up removed jobs, or failed ones"
    " were retried, shows fewer than ended.",
)
_FAILED = Topic(
    "failures",
    "Failed attempts",
    Unit.JOBS,
    f"Each attempt whose job is still there, up to the newest {ATTEMPTS:,}.",
)
_WAIT = Topic(
    "wait",
    "Time from ready to started",
    Unit.SECONDS,
    f"Longest: of the jobs that waited at each minute. p50 and p95: of up to {JOBS_PER_SLOT} jobs"
    " added in each slot, by the slot in which their latest attempt was started.",
)
_RUN = Topic(
    "run",
    "Time from started to ended",
    Unit.SECONDS,
    f"Of up to {JOBS_PER_SLOT} jobs added in each slot, by the slot in which their latest attempt"
    " was started.",
)
_BACKLOG = Topic(
    "backlog", "Pending jobs", Unit.JOBS, "The most at any minute of each slot, due or not."
)
_ACTIVITY = Topic("activity", "Jobs that ended", Unit.JOBS, "From the counts of each minute.")


def charts(history: History, window: Window, slots: Slots) -> tuple[Chart, ...]:
    """Return the page's charts; `history` is that of the slots, which are the window's."""
    axes = Axes(window, slots, tuple(event.at for event in reversed(history.events)))
    counts = _by_slot(slots, history.counts)
    times = _by_slot(slots, history.durations)
    return (
        stacked(_ENDED, axes, _ended(counts)),
        stacked(_FAILED, axes, _failures(slots, history.failures, history.failures_since)),
        curves(_WAIT, axes, _waits(counts, times)),
        curves(_RUN, axes, _runs(times)),
        curves(_BACKLOG, axes, [_series("pending", "pending", counts, lambda c: c.pending)]),
    )


def activity(counts: Iterable[Counts], window: Window, slots: Slots) -> Chart:
    """Return the jobs that ended, for a strip above a list."""
    return stacked(_ACTIVITY, Axes(window, slots), _ended(_by_slot(slots, counts)))


def numbered(events: Sequence[Event]) -> list[tuple[int, Event]]:
    """Return events, newest first as they came, with the numbers that the marks have."""
    return [(len(events) - n, event) for n, event in enumerate(events)]


def _by_slot(slots: Slots, rows: Iterable[OfSlot]) -> list[OfSlot | None]:
    found = {row.slot: row for row in rows}
    return [found.get(n) for n in range(slots.count)]


def _series(
    kind: str, label: str, rows: Sequence[T | None], value: Callable[[T], float | None]
) -> Series:
    return Series(kind, label, [None if row is None else value(row) for row in rows])


def _ended(counts: Sequence[Counts | None]) -> list[Series]:
    return [
        _series("succeeded", "succeeded", counts, lambda c: c.succeeded),
        _series("failed", "failed", counts, lambda c: c.failed),
        _series("cancelled", "cancelled", counts, lambda c: c.cancelled),
    ]


def _failures(slots: Slots, rows: Iterable[Failures], since: datetime | None) -> list[Series]:
    """Return both kinds; a slot without a failure is zero, and one beyond those counted unknown."""
    first = 0 if since is None else (slots.index(since) or 0) + 1
    found = [
        None if n < first else row or Failures(n, 0, 0)
        for n, row in enumerate(_by_slot(slots, rows))
    ]
    return [
        _series("failed", "reported by the worker", found, lambda f: f.failed),
        _series("lost", "worker lost", found, lambda f: f.lost),
    ]


def _waits(counts: Sequence[Counts | None], times: Sequence[Durations | None]) -> list[Series]:
    return [
        _series("longest", "longest", counts, lambda c: c.waited_s),
        _series("p95", "p95", times, lambda t: t.waited_s[1]),
        _series("p50", "p50", times, lambda t: t.waited_s[0]),
    ]


def _runs(times: Sequence[Durations | None]) -> list[Series]:
    return [
        _series("p95", "p95", times, lambda t: t.ran_s[1]),
        _series("p50", "p50", times, lambda t: t.ran_s[0]),
    ]
