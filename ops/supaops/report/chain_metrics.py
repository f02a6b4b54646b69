"""The chain in numbers, as metrics for Prometheus. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from operator import attrgetter
from statistics import quantiles

from prometheus_client.core import CounterMetricFamily, Metric

from supaops.checks.measures import WINDOW, JobTicks, Measures, Posts
from supaops.config.model import Config
from supaops.report.prometheus import gauge

MOST_QUEUES = 100
"""Queues with labels of their own; whoever enqueues may name any, and a series each costs."""
OTHER_QUEUES = "(other)"
STATUSES = ("pending", "running", "succeeded", "failed", "cancelled")
OUTCOMES = ("2xx", "3xx", "4xx", "5xx", "timeout", "error", "waiting", "idle", "held")
ENDINGS = ("succeeded", "failed", "cancelled")
_PERCENTILES = (50, 95, 99)
_WINDOW = f"{WINDOW.total_seconds() / 60:.0f}m"


def chain_families(config: Config, measures: Measures) -> Iterator[Metric]:
    """Yield the chain's own metrics; a part that could not be read has no samples."""
    label = _labels(config, measures)
    yield gauge(
        "supaops_scrape_success",
        "Whether this part of the metrics could be read in the latest round.",
        [((part,), int(was_read)) for part, was_read in measures.read.items()],
        labels=("part",),
    )
    if measures.read["jobs"]:
        yield from _jobs(config, measures, label)
    if measures.read["finished"]:
        yield _finished(config, measures, label)
    if measures.read["posts"]:
        yield from _posts(measures.posts)
    if measures.read["ticks"]:
        yield from _ticks(measures.ticks)
    yield from _objectives(config)
    yield from _events(config, measures, label)


Labels = Callable[[str], str]
Counts = dict[tuple[str, ...], tuple[int, int]]


def _labels(config: Config, measures: Measures) -> Labels:
    """Return which label a queue has: its name, for the declared ones and the first others."""
    seen = {each.queue for each in measures.jobs} | {each.queue for each in measures.finished}
    seen |= {each.queue for each in measures.starts}
    others = sorted(seen - set(declared_queues(config)))
    named = {*declared_queues(config), *islice(others, MOST_QUEUES)}
    return lambda queue: queue if queue in named else OTHER_QUEUES


def declared_queues(config: Config) -> list[str]:
    """Return the queues that the YAML names, each once."""
    by_task_type = (each.queue for each in config.queue.task_types.values())
    return list(dict.fromkeys([*config.queue.limits, *by_task_type]))


def _jobs(config: Config, measures: Measures, label: Labels) -> Iterator[Metric]:
    queues = list(dict.fromkeys(map(label, _queues(config, measures))))
    counts: dict[tuple[str, ...], float] = {(q, s): 0 for q in queues for s in STATUSES}
    ages: dict[tuple[str, ...], float] = {(queue,): 0 for queue in queues}
    for each in measures.jobs:
        queue = label(each.queue)
        counts[queue, each.status] += each.jobs
        ages[(queue,)] = max(ages[(queue,)], each.oldest_ready_s or 0)
    yield gauge(
        "supaops_jobs", "Jobs by queue and status.", counts.items(), labels=("queue", "status")
    )
    yield gauge(
        "supaops_oldest_ready_age_seconds",
        "For how long the longest waiting job has been ready; 0 when none waits.",
        ages.items(),
        labels=("queue",),
    )
    if measures.read["paused"]:
        paused = set(measures.paused)
        yield gauge(
            "supaops_queue_paused",
            "Whether the queue is paused.",
            [((queue,), int(bool(paused & {queue, "*"}))) for queue in queues],
            labels=("queue",),
        )


def _queues(config: Config, measures: Measures) -> Iterable[str]:
    return (*declared_queues(config), *(each.queue for each in measures.jobs))


def _finished(config: Config, measures: Measures, label: Labels) -> Metric:
    """Return the counters, at zero for a task type that none has ended of.

    An increase from nothing to one would not be seen.
    """
    counts: dict[tuple[str, ...], float] = defaultdict(float)
    for name, task_type in config.queue.task_types.items():
        counts.update({(task_type.queue, name, ending): 0 for ending in ENDINGS})
    for each in measures.finished:
        for ending in ENDINGS:
            counts[label(each.queue), each.task_type, ending] += getattr(each, ending)
    family = CounterMetricFamily(
        "supaops_jobs_finished",
        "Jobs that ended, by how; removing them takes nothing off.",
        labels=("queue", "task_type", "outcome"),
    )
    for values, value in counts.items():
        family.add_metric(values, value)
    return family


def _posts(posts: list[Posts]) -> Iterator[Metric]:
    counts = dict.fromkeys(OUTCOMES, 0) | {each.outcome: each.posts for each in posts}
    yield gauge(
        "supaops_dispatches",
        "Posts to the worker in the window, at most 1000, by how they ended.",
        [((outcome, _WINDOW), count) for outcome, count in counts.items()],
        labels=("outcome", "window"),
    )
    latencies = sorted(latency for each in posts for latency in each.latencies_s)
    yield gauge(
        "supaops_dispatch_latency_seconds",
        "From a post of the window to pg_net's record of its answer: what a share of them kept to.",
        [((f"p{p}", _WINDOW), percentile(latencies, p)) for p in _PERCENTILES if latencies],
        labels=("percentile", "window"),
    )


def percentile(values: list[float], percent: int) -> float:
    """Return what so many percent of the values are at most, by linear interpolation."""
    if len(values) == 1:
        return values[0]
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def _objectives(config: Config) -> Iterator[Metric]:
    slo = config.slo
    targets = {
        "freshness": slo.freshness.target,
        "success": slo.success.target,
        "completeness": slo.completeness.target,
    }
    spans = {"freshness": slo.freshness.within, "recovery": slo.recovery.within}
    yield gauge(
        "supaops_slo_target",
        "The share of good events that the YAML asks for.",
        [((name,), target) for name, target in targets.items()],
        labels=("slo",),
    )
    yield gauge(
        "supaops_slo_within_seconds",
        "Within which time: of freshness a job starts, of recovery a failed job is looked after.",
        [((name,), span.total_seconds()) for name, span in spans.items()],
        labels=("slo",),
    )


def _ticks(ticks: list[JobTicks]) -> Iterator[Metric]:
    yield gauge(
        "supaops_cron_runs_due",
        "Runs of a cron job that were due in an hour, or in its period where that is longer.",
        [((each.job,), each.due) for each in ticks],
        labels=("cron_job",),
    )
    yield gauge(
        "supaops_cron_runs_seen",
        "How many of them have started.",
        [((each.job,), each.seen) for each in ticks],
        labels=("cron_job",),
    )


def _events(config: Config, measures: Measures, label: Labels) -> Iterator[Metric]:
    counts: Counts = {}
    if measures.read["starts"]:
        counts.update(_freshness(config, measures, label))
    if measures.read["ticks"]:
        due, seen = (sum(map(attrgetter(name), measures.ticks)) for name in ("due", "seen"))
        counts["completeness", ""] = (due, seen)
    labels = ("slo", "queue")
    yield gauge(
        "supaops_slo_events",
        "What counts for an objective: starts of the last 5 minutes and jobs that wait too long, "
        "among the newest 1000 jobs; all cron runs that were due.",
        [(key, events) for key, (events, _) in counts.items()],
        labels=labels,
    )
    yield gauge(
        "supaops_slo_good_events",
        "Those of them that were good.",
        [(key, good) for key, (_, good) in counts.items()],
        labels=labels,
    )


def _freshness(config: Config, measures: Measures, label: Labels) -> Counts:
    """Return how many starts count for each queue, and how many of them were in time."""
    counts: Counts = {("freshness", queue): (0, 0) for queue in declared_queues(config)}
    for each in measures.starts:
        key = ("freshness", label(each.queue))
        due, in_time = counts.get(key, (0, 0))
        counts[key] = (due + each.due, in_time + each.in_time)
    return counts
