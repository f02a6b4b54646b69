"""Findings as metrics, in the text format that Prometheus reads. Pure.

Source: Prometheus, "Exposition formats" and "Metric and label naming".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from supaops import __version__
from supaops.checks.finding import Finding, worst

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class _Given(Collector):
    """Families that are there already."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> list[Metric]:
        return self._families


def exposition(families: Iterable[Metric]) -> str:
    """Return the families as text; one without samples is left out."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Given(each for each in families if each.samples))
    return generate_latest(registry).decode()


def findings_prometheus(findings: Sequence[Finding]) -> str:
    """Return findings as text, for `verify --format prometheus`."""
    return exposition(check_families(findings))


def check_families(findings: Sequence[Finding]) -> Iterator[Metric]:
    """Yield what the checks said; a check without a value has no sample of it."""
    build = InfoMetricFamily("supaops_build", "Which version looked.")
    build.add_metric([], {"version": __version__})
    yield build
    yield gauge(
        "supaops_checks_worst",
        "The verdict that speaks for all: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.",
        [((), int(worst(findings)))],
    )
    yield gauge(
        "supaops_check_status",
        "What each check said: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, 4 SKIPPED.",
        [((each.id, each.group), int(each.severity)) for each in findings],
        labels=("check", "group"),
    )
    yield gauge(
        "supaops_check_value",
        "What a check that is about a quantity saw; unit is s, share, bytes, or empty for things.",
        [
            ((each.id, each.verdict.unit), each.verdict.value)
            for each in findings
            if each.verdict.value is not None
        ],
        labels=("check", "unit"),
    )
    yield gauge(
        "supaops_check_duration_seconds",
        "How long reading what a check needs and judging it took.",
        [((each.id,), each.duration_s) for each in findings],
        labels=("check",),
    )


def gauge(
    name: str,
    help_text: str,
    samples: Iterable[tuple[tuple[str, ...], float]],
    labels: tuple[str, ...] = (),
) -> GaugeMetricFamily:
    """Return a family of gauges.

    Args:    samples: the values of `labels`, and the sample's value.
    """
    family = GaugeMetricFamily(name, help_text, labels=labels)
    for values, value in samples:
        family.add_metric(values, value)
    return family
