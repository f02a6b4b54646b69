"""docs/reference/metrics.md, from the families that watch and workers serve."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase

from supaops.config import Config
from supaops.report.metrics_reference import table
from supaops.worker.telemetry.metrics import Metrics

_HEAD = """
# Metrics

<!-- Made by `make golden` from what is served; change that instead. -->

All in the text format of Prometheus, and none with a payload, a secret or a URL. Alerts and a board that are made of them are
printed by `supaops render --alerts` and `supaops render --dashboard`: see [monitoring](../explanation/monitoring.md).

## Of the chain

`supaops watch --listen HOST:PORT` serves them at `/metrics`; `supaops verify --format prometheus` prints those of the checks once.
`supaops_checks_worst` and `supaops_check_*` are what the [checks](checks.md) said.
"""
_WORKERS = """
## Of workers

`supaops serve` and `supaops worker` serve them with `--metrics-port N`, beside what handlers count themselves: see
[observability](../explanation/observability.md). A task type that is not declared, and a queue past the first 50, is `other`.

| Metric | Type | Labels | Meaning |
|---|---|---|---|
"""


def metrics_page(config: Config) -> str:
    """Return the page.

    Args:    config: whose names fill the labels; the names themselves are not shown.
    """
    return f"{_HEAD.strip()}\n\n{table(config)}\n\n{_WORKERS.strip()}\n{worker_rows()}\n"


def worker_rows() -> str:
    """Return a row per metric of a worker, as docs/explanation/observability.md has them too."""
    return "\n".join(map(_row, worker_metrics()))


def worker_metrics() -> Iterator[MetricWrapperBase]:
    """Yield what a worker counts and times."""
    found = vars(Metrics(CollectorRegistry())).values()
    yield from (each for each in found if isinstance(each, MetricWrapperBase))


def name_of(metric: MetricWrapperBase) -> str:
    """Return a metric's name as Prometheus has it."""
    name = str(metric._name)  # noqa: SLF001  it has no other way to tell
    return f"{name}_total" if metric._type == "counter" else name  # noqa: SLF001  the same


def _row(metric: MetricWrapperBase) -> str:
    labels = ", ".join(f"`{each}`" for each in metric._labelnames)  # noqa: SLF001  the same
    kind, said = metric._type, metric._documentation  # noqa: SLF001  the same
    return f"| `{name_of(metric)}` | {kind} | {labels} | {said} |"
