"""What the worker counts and times, for Prometheus.

Source: Prometheus, "Metric and label naming"; prometheus_client, "Multiprocess mode".
"""

from __future__ import annotations

import time
from collections.abc import Collection
from contextlib import AbstractContextManager
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from supaops import __version__
from supaops.clock import Clock, utc_now
from supaops.db.work import Job
from supaops.worker.tally import Ending
from supaops.worker.telemetry.observer import Observer

OTHER = "other"
"""What stands for a task type that is not declared, and for a queue past the first ones."""
MOST_QUEUES = 50
"""Queues with a label of their own: any enqueue may name a new one."""

_DURATIONS = (0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900)
_WAITS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)
_ANSWERS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)
_JOB = ("queue", "task_type")


class Names(NamedTuple):
    """A job's labels."""

    queue: str
    task_type: str


class Metrics:
    """Every family, in a registry of its own; in multiprocess mode in the files of the process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._describe_processes(registry)
        self._describe_jobs(registry)
        self._describe_calls(registry)

    def _describe_processes(self, registry: CollectorRegistry) -> None:
        self.info = Gauge(
            "supaops_worker_info",
            "What runs here: kind is worker or serve; the value is how many processes.",
            ("version", "kind"),
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.handlers = Gauge(
            "supaops_worker_handler_info",
            "Which task types there are handlers for; the value is in how many processes.",
            ("task_type",),
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.ready = Gauge(
            "supaops_worker_ready",
            "How many processes take jobs.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.turned = Gauge(
            "supaops_worker_loop_timestamp_seconds",
            "When the event loop last had a turn, of the process that waits longest for one.",
            registry=registry,
            multiprocess_mode="livemin",
        )

    def _describe_jobs(self, registry: CollectorRegistry) -> None:
        self.jobs = Counter(
            "supaops_worker_jobs_total",
            "Attempts that ended, by how.",
            (*_JOB, "outcome"),
            registry=registry,
        )
        self.running = Gauge(
            "supaops_worker_jobs_running",
            "Handlers that run now.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.durations = Histogram(
            "supaops_worker_job_duration_seconds",
            "How long handlers took.",
            _JOB,
            buckets=_DURATIONS,
            registry=registry,
        )
        self.waits = Histogram(
            "supaops_worker_job_wait_seconds",
            "From when an attempt was due to the start of its handler.",
            _JOB,
            buckets=_WAITS,
            registry=registry,
        )

    def _describe_calls(self, registry: CollectorRegistry) -> None:
        self.claims = Counter(
            "supaops_worker_claims_total",
            "Claims, by whether any job came.",
            ("outcome",),
            registry=registry,
        )
        self.answers = Histogram(
            "supaops_worker_claim_seconds",
            "How long the database took to answer a claim.",
            buckets=_ANSWERS,
            registry=registry,
        )
        self.beats_failed = Counter(
            "supaops_worker_heartbeat_failures_total",
            "Leases that could not be extended when they should have been.",
            registry=registry,
        )
        self.requests = Counter(
            "supaops_worker_requests_total",
            "HTTP requests by the status they were answered with; 0 is none.",
            ("status",),
            registry=registry,
        )


class MetricsObserver(Observer):
    """Count and time.

    Args:
        kind: ``worker`` or ``serve``.
        handled: task types that there is a handler for.
        declared: those of the YAML; only these and the former have a label of their own.
        clock: to be compared with the database's: waits are as good as the two agree.
    """

    def __init__(
        self,
        metrics: Metrics,
        *,
        kind: str,
        handled: Collection[str],
        declared: Collection[str],
        clock: Clock = utc_now,
    ) -> None:
        self._metrics = metrics
        self._clock = clock
        self._known = frozenset(declared) | frozenset(handled)
        self._queues: set[str] = set()
        # Looking up a family's labels costs more than counting, and this is done for each job.
        self._times: dict[Names, tuple[Histogram, Histogram]] = {}
        self._counters: dict[tuple[Names, Ending], Counter] = {}
        metrics.info.labels(__version__, kind).set(1)
        for task_type in handled:
            metrics.handlers.labels(task_type).set(1)

    def attempt(self, job: Job) -> AbstractContextManager[None]:
        """Return what times the call of a job's handler."""
        durations, waits = self._times_of(self._names(job))
        waits.observe(max((self._clock() - job.run_at).total_seconds(), 0))
        return _Timed(durations, self._metrics.running)

    def claimed(self, count: int, seconds: float) -> None:
        """Count and time a claim."""
        self._metrics.claims.labels("jobs" if count else "empty").inc()
        self._metrics.answers.observe(seconds)

    def ended(self, job: Job, ending: Ending) -> None:
        """Count a job that ended."""
        key = self._names(job), ending
        counter = self._counters.get(key)
        if counter is None:
            counter = self._counters[key] = self._metrics.jobs.labels(*key[0], ending)
        counter.inc()

    def heartbeat_failed(self) -> None:
        """Count it."""
        self._metrics.beats_failed.inc()

    def request(self, status: int) -> None:
        """Count an answer."""
        self._metrics.requests.labels(status).inc()

    def _names(self, job: Job) -> Names:
        if len(self._queues) < MOST_QUEUES:
            self._queues.add(job.queue)
        return Names(
            job.queue if job.queue in self._queues else OTHER,
            job.task_type if job.task_type in self._known else OTHER,
        )

    def _times_of(self, names: Names) -> tuple[Histogram, Histogram]:
        found = self._times.get(names)
        if found is None:
            found = self._metrics.durations.labels(*names), self._metrics.waits.labels(*names)
            self._times[names] = found
        return found


class _Timed:
    """One call of a handler."""

    __slots__ = ("_durations", "_running", "_started")

    def __init__(self, durations: Histogram, running: Gauge) -> None:
        self._durations = durations
        self._running = running

    def __enter__(self) -> None:
        self._running.inc()
        self._started = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self._durations.observe(time.perf_counter() - self._started)
        self._running.dec()
