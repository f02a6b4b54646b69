"""All that tells how the worker fares, begun and ended in one place."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from supaops.worker.builtin import with_builtin
from supaops.worker.handlers import Handlers
from supaops.worker.telemetry.job_log import EachJob, ManyJobs
from supaops.worker.telemetry.observer import Observer, Observers

if TYPE_CHECKING:
    from supaops.worker.telemetry.probes import Probes

Kind = Literal["worker", "serve"]

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_SHARED = "PROMETHEUS_MULTIPROC_DIR"

log = logging.getLogger("supaops.worker")


@dataclass(frozen=True, slots=True)
class MetricsAddress:
    """Where /metrics, /healthz and /readyz are; no port is nowhere."""

    host: str = "127.0.0.1"
    port: int | None = None


@contextmanager
def observe(
    address: MetricsAddress,
    *,
    kind: Kind,
    handlers: Handlers,
    declared: Collection[str],
    environ: Mapping[str, str] = os.environ,
) -> Iterator[Observer]:
    """Yield who is to be told of each step, until the block ends.

    Args:
        declared: task types that the YAML names; others without a handler share one label.
    Raises: SupaopsError when the address cannot be listened on.
    """
    # Here, because the help of a command needs not the extra that it is of.
    from supaops.worker.telemetry.correlation import Correlation  # noqa: PLC0415

    with ExitStack() as stack:
        observers: list[Observer] = [Correlation(), _job_log(kind, stack)]
        # The span is within what names the job, and the handler's time within the span.
        observers += _tracing(environ, stack)
        if address.port is not None or environ.get(_SHARED):
            handled = [each.task_type for each in with_builtin(handlers)]
            observers += _metrics(address, stack, kind, handled, declared)
        yield Observers(observers)


@dataclass(frozen=True, slots=True)
class Processes:
    """Several workers of one machine, whose metrics are served in one place.

    Attributes:
        variables: what each of them is to find in its environment; they get no port.
    """

    variables: Mapping[str, str]

    def ended(self, pid: int) -> None:
        """Forget what a process that has ended said of itself; what it counted stays."""
        folder = self.variables.get(_SHARED)
        if folder:
            from supaops.worker.telemetry.probes import bury  # noqa: PLC0415  see observe_processes

            bury(folder, pid)


@contextmanager
def observe_processes(address: MetricsAddress) -> Iterator[Processes]:
    """Serve what the processes count that are started meanwhile; without a port do nothing.

    Raises: SupaopsError when the address cannot be listened on.
    """
    if address.port is None:
        yield Processes({})
        return
    # Here, because whoever asks for no metrics need not pay for their import.
    from supaops.worker.telemetry.probes import Probes, shared, shared_folder  # noqa: PLC0415

    with shared_folder() as folder, _serving(Probes(shared(folder)), address):
        yield Processes({_SHARED: folder})


def _job_log(kind: Kind, stack: ExitStack) -> Observer:
    if kind == "serve":
        return EachJob()
    many = ManyJobs()
    stack.callback(many.summarize)
    return many


def _metrics(
    address: MetricsAddress,
    stack: ExitStack,
    kind: Kind,
    handled: Collection[str],
    declared: Collection[str],
) -> list[Observer]:
    # Here, because whoever asks for no metrics need not pay for their import.
    from prometheus_client import CollectorRegistry, disable_created_metrics  # noqa: PLC0415

    from supaops.worker.telemetry.metrics import Metrics, MetricsObserver  # noqa: PLC0415
    from supaops.worker.telemetry.probes import Probes, counts_in_files, own, shared  # noqa: PLC0415
    from supaops.worker.telemetry.vitals import Vitals  # noqa: PLC0415

    disable_created_metrics()  # type: ignore[no-untyped-call]  # it has no types
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    if address.port is not None:
        folder = counts_in_files()
        probes = Probes(shared(folder) if folder else own(registry))
        stack.enter_context(_serving(probes, address))
    counting = MetricsObserver(metrics, kind=kind, handled=handled, declared=declared)
    return [Vitals(metrics), counting]


@contextmanager
def _serving(probes: Probes, address: MetricsAddress) -> Iterator[None]:
    assert address.port is not None  # noqa: S101  for the type checker: both callers have looked
    with probes.serving(address.host, address.port) as url:
        log.info("metrics at %s/metrics", url)
        yield


def _tracing(environ: Mapping[str, str], stack: ExitStack) -> list[Observer]:
    """Return who makes spans: nobody, unless they are to be sent, or the handlers make some."""
    is_off = environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    is_wanted = any(environ.get(name) for name in _ENDPOINTS)
    if is_off or not (is_wanted or "opentelemetry.sdk.trace" in sys.modules):
        return []
    try:
        # Here, because whoever does not trace need not have the package, nor pay for its import.
        from supaops.worker.telemetry import tracing  # noqa: PLC0415

        provider = tracing.in_place()
        if provider is None and is_wanted:
            provider = tracing.exporting()
            stack.callback(tracing.flush, provider)
    except ImportError:
        log.warning("tracing is off: install its packages, pip install 'supaops[otel]'")
        return []
    if provider is None:
        return []
    spans = tracing.Tracing(provider)
    stack.callback(spans.close)
    return [spans]
