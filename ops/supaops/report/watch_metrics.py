"""How the watcher itself fares, as metrics for Prometheus. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from prometheus_client.core import CounterMetricFamily, Metric

from supaops.report.prometheus import gauge


@dataclass(frozen=True, slots=True)
class Progress:
    """What `watch` has done since it started.

    Attributes:
        ended_at: when the latest round ended.
        duration_s: how long it took; interval_s: how long it may take; both in seconds.
        rounds: how many there were; overruns: how many of them took longer than the interval.
        beats: heartbeats by what became of them; empty when nobody is called.
    """

    ended_at: datetime
    duration_s: float
    interval_s: float
    rounds: int
    overruns: int
    beats: dict[str, int]


def watch_families(progress: Progress) -> Iterator[Metric]:
    """Yield how it goes."""
    single: tuple[tuple[str, str, float], ...] = (
        (
            "supaops_watch_last_round_timestamp_seconds",
            "When the latest round of checks ended, in seconds since 1970.",
            progress.ended_at.timestamp(),
        ),
        (
            "supaops_watch_round_duration_seconds",
            "How long the latest round took.",
            progress.duration_s,
        ),
        (
            "supaops_watch_interval_seconds",
            "From the start of one round to the start of the next.",
            progress.interval_s,
        ),
    )
    for name, help_text, value in single:
        yield gauge(name, help_text, [((), value)])
    yield _counter("supaops_watch_rounds", "Rounds since the start of watch.", progress.rounds)
    yield _counter(
        "supaops_watch_overruns", "Rounds that took longer than the interval.", progress.overruns
    )
    yield _heartbeats(progress.beats)


def _counter(name: str, help_text: str, value: int) -> Metric:
    return CounterMetricFamily(name, help_text, value=value)


def _heartbeats(beats: dict[str, int]) -> Metric:
    family = CounterMetricFamily(
        "supaops_watch_heartbeats", "Heartbeats by what became of them.", labels=("outcome",)
    )
    for outcome, count in beats.items():
        family.add_metric((outcome,), count)
    return family
