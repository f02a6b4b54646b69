"""What jobs have in common, as operators say it, and what of that the counts know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from supaops.db.health.queue import Count

WAITING = ("retrying", "scheduled", "ready")
"""Parts of ``pending``: tried before; not due yet; due."""


@dataclass(frozen=True, slots=True)
class InPayload:
    """A value in the payload.

    Attributes:
        path: keys, and places in lists, from the outermost on.
        values: JSON texts, one of which it is; None is any value, ``null`` too.
    """

    path: tuple[str, ...]
    values: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """What jobs have in common; None is any.

    Attributes:
        statuses: those of the column, and those of `WAITING`.
        error: a part of the last error, in any case.
        worker: how the name of the latest worker begins.
        older, newer: how long ago they ended, or started, or were enqueued: what happened last.
        since, until: the same, as points in time.
        above: only jobs with a greater id.
    """

    statuses: tuple[str, ...] | None = None
    queue: str | None = None
    task_type: str | None = None
    error: str | None = None
    worker: str | None = None
    older: timedelta | None = None
    newer: timedelta | None = None
    since: datetime | None = None
    until: datetime | None = None
    payload: InPayload | None = None
    ids: tuple[int, ...] | None = None
    above: int | None = None

    @property
    def columns(self) -> tuple[str, ...] | None:
        """Return the values of the column ``status`` that the jobs may have; None is any."""
        if not self.statuses:
            return None
        return tuple(dict.fromkeys("pending" if s in WAITING else s for s in self.statuses))

    @property
    def is_counted(self) -> bool:
        """Tell whether the counts alone know how many jobs there are, but for their status."""
        return replace(self, statuses=None, queue=None, task_type=None) == Filter()

    @property
    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the queries of ``operators``."""
        return {
            **{name: getattr(self, name) for name in _PLAIN},
            "statuses": _listed(self.statuses or None),
            "columns": _listed(self.columns),
            "named": _listed(self.ids),
            "path": _listed(self.payload.path if self.payload else None),
            "values": _listed(self.payload.values if self.payload else None),
            "above": self.above or 0,
        }

    def within(self, counts: Iterable[Count]) -> dict[str, int]:
        """Return how many jobs there are by status, of this queue and task type, and in all."""
        found: dict[str, int] = {}
        for each in counts:
            if self.queue in (None, each.queue) and self.task_type in (None, each.task_type):
                found[each.status] = found.get(each.status, 0) + each.jobs
        return found

    def expected(self, by_status: Mapping[str, int]) -> int:
        """Return how many jobs there may be at most, by those of `within`."""
        wanted = self.columns
        return sum(jobs for each, jobs in by_status.items() if wanted is None or each in wanted)


_PLAIN = ("queue", "task_type", "error", "worker", "older", "newer", "since", "until")


def _listed(items: Iterable[Any] | None) -> list[Any] | None:
    return None if items is None else list(items)
