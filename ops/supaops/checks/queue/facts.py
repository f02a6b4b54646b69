"""What the checks ``queue.*`` judge, each part read once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from supaops.checks.sources import Sources
from supaops.checks.worker.facts import Described, described
from supaops.db.health.dead import DeadJobs, read_dead
from supaops.db.health.queue import (
    Count,
    Held,
    Pause,
    Trend,
    read_counts,
    read_held,
    read_trends,
)
from supaops.db.health.recent import RecentJobs, read_recent
from supaops.db.health.tables import Holder, Tables, read_holders, read_overdue, read_tables
from supaops.db.workers import Registered, handled_types, read_workers


@dataclass(frozen=True, slots=True)
class Waiting:
    """The jobs by queue and task type, and what holds them back."""

    counts: list[Count]
    pauses: tuple[Pause, ...] = ()


@dataclass(frozen=True, slots=True)
class Course:
    """The jobs as they are, and where each queue has been going; None without a record of that."""

    counts: list[Count]
    trends: list[Trend]


@dataclass(frozen=True, slots=True)
class Dead:
    """The jobs that failed for good; `counted` is how many there are in all."""

    jobs: DeadJobs
    counted: int


@dataclass(frozen=True, slots=True)
class Handled:
    """Who does which jobs.

    Attributes:
        worker: what the one at the endpoint says.
        unhandled: task types of jobs that failed for want of a handler.
        workers: those that have registered in the database.
    """

    worker: Described
    unhandled: tuple[str, ...]
    workers: tuple[Registered, ...] = ()

    @property
    def is_by_registry(self) -> bool:
        """Tell whether only the registry knows which handlers there are."""
        return self.worker.task_types is None and self.known is not None

    @property
    def known(self) -> frozenset[str] | None:
        """Return the task types with a handler: by the endpoint, else by the registry."""
        told = self.worker.task_types
        return handled_types(self.workers) if told is None else told


@dataclass(frozen=True, slots=True)
class Counted:
    """The number of jobs by the queue's own count and by the server's."""

    counts: list[Count]
    tables: Tables


def counts(sources: Sources) -> list[Count]:
    """Return the number of jobs per queue, task type and status."""
    return read_counts(sources.conn, sources.desired.config.queue)


def held(sources: Sources) -> Held:
    """Return the pauses, and the leases that ran out longer ago than a job may wait."""
    config = sources.desired.config
    return read_held(sources.conn, config.queue, config.slo.freshness.within.total_seconds())


def waiting(sources: Sources) -> Waiting:
    """Return the jobs beside the pauses."""
    return Waiting(sources.facts(counts), sources.facts(held).pauses)


def trends(sources: Sources) -> list[Trend]:
    """Return where each queue has been going."""
    return read_trends(sources.conn)


def course(sources: Sources) -> Course:
    """Return the jobs beside where each queue has been going."""
    return Course(sources.facts(counts), sources.facts(trends))


def recent(sources: Sources) -> list[RecentJobs]:
    """Return how the newest jobs have fared."""
    config = sources.desired.config
    within_s = config.slo.freshness.within.total_seconds()
    return read_recent(sources.conn, within_s, config.queue)


def dead(sources: Sources) -> DeadJobs:
    """Return the jobs that failed for good."""
    config = sources.desired.config
    return read_dead(sources.conn, config.queue, config.slo.recovery.within.total_seconds())


def all_dead(sources: Sources) -> Dead:
    """Return the jobs that failed for good beside their number."""
    counted = sum(each.jobs for each in sources.facts(counts) if each.status == "failed")
    return Dead(sources.facts(dead), counted)


def handled(sources: Sources) -> Handled:
    """Return what the workers say beside what failed for want of a handler."""
    workers = read_workers(sources.conn)
    return Handled(sources.facts(described), sources.facts(dead).unhandled, workers)


def tables(sources: Sources) -> Tables:
    """Return the queue's tables and indexes."""
    return read_tables(sources.conn, sources.desired.config.queue)


def counted(sources: Sources) -> Counted:
    """Return both counts of the jobs."""
    return Counted(sources.facts(counts), sources.facts(tables))


def holders(sources: Sources) -> list[Holder]:
    """Return who keeps vacuum from removing dead rows."""
    return read_holders(sources.conn)


def overdue(sources: Sources) -> dict[str, float]:
    """Return by how many seconds each kind of record has outlived its time."""
    config = sources.desired.config
    kept = {
        "succeeded_s": config.queue.retention.succeeded,
        "cancelled_s": config.queue.retention.cancelled,
        "failed_s": config.queue.retention.failed,
        "dispatches_s": config.history.dispatches,
        "audit_s": config.history.audit,
        "samples_s": config.history.samples,
        "cron_runs_s": config.history.cron_runs,
    }
    kept_s = {name: _seconds(age) for name, age in kept.items()}
    return read_overdue(sources.conn, config.queue, kept_s, list(config.cron.jobs))


def _seconds(age: timedelta | None) -> float | None:
    return None if age is None else age.total_seconds()
