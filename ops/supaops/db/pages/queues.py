"""Read each queue: what it holds, where it goes, what holds it back and who serves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.health.queue import Count, Trend, read_counts, read_trends
from supaops.db.pause import Pause, in_force
from supaops.db.queries import query
from supaops.db.workers import Registered, workers_of_late


@dataclass(frozen=True, slots=True)
class Hour:
    """The last hour of a queue.

    Attributes:
        pending: how many were pending in each sample, oldest first.
        ended: how many jobs have ended, of whatever status.
        span_s: from the first sample to the last, in seconds; 0 for a single one.
    """

    pending: tuple[int, ...]
    ended: int
    span_s: float


@dataclass(frozen=True, slots=True)
class Limit:
    """What the jobs of a queue or task type may do at most; None is no limit."""

    concurrency: int | None
    rate: int | None
    period_s: float | None


@dataclass(frozen=True, slots=True)
class QueueBoard:
    """All queues at one moment.

    Attributes:
        hours: by queue; none for a queue without samples.
        limits: by scope and name: ``("queue", "mail")``.
    """

    counts: tuple[Count, ...]
    trends: tuple[Trend, ...]
    pauses: tuple[Pause, ...]
    workers: tuple[Registered, ...]
    hours: Mapping[str, Hour]
    limits: Mapping[tuple[str, str], Limit]


def read_queues(conn: Connection, config: Config) -> QueueBoard:
    """Read it in eight statements, inside a transaction that sees one moment.

    Raises: DatabaseError.
    """
    with translated("reading the queues"):
        hours = conn.execute(query("page_queues.samples"), binary=True).fetchall()
        limits = conn.execute(query("page_queues.limits"), binary=True).fetchall()
        workers = workers_of_late(conn)
    return QueueBoard(
        counts=tuple(read_counts(conn, config.queue)),
        trends=tuple(read_trends(conn)),
        pauses=tuple(in_force(conn, config)),
        workers=workers,
        hours={
            row["queue"]: Hour(tuple(row["pending"]), row["ended"], row["span_s"]) for row in hours
        },
        limits={
            (row["scope"], row["name"]): Limit(row["concurrency"], row["rate"], row["period_s"])
            for row in limits
        },
    )
