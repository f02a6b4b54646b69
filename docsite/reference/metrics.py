"""The metrics of workers, as docs/reference/metrics.md has them."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

from supaops.worker.telemetry.metrics import Metrics

_HEAD = "| Metric | Type | Labels | Meaning |\n|---|---|---|---|"


def worker_table() -> str:
    """Return a row per metric of a worker."""
    return "\n".join([_HEAD, *(_row(*each) for each in worker_metrics())])


def worker_metrics() -> Iterator[tuple[Metric, tuple[str, ...]]]:
    """Yield what a worker counts and times, with the names of its labels."""
    for each in vars(Metrics(CollectorRegistry())).values():
        labels = each._labelnames  # noqa: SLF001  there is no other way to a family's labels
        yield from ((family, labels) for family in each.describe())


def name_of(family: Metric) -> str:
    """Return a metric's name as Prometheus has it."""
    return f"{family.name}_total" if family.type == "counter" else family.name


def _row(family: Metric, labels: tuple[str, ...]) -> str:
    names = ", ".join(f"`{each}`" for each in labels)
    return f"| `{name_of(family)}` | {family.type} | {names} | {family.documentation} |"
