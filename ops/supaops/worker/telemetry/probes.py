"""``/metrics``, ``/healthz`` and ``/readyz`` of a worker, or of the processes of one machine."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from supaops.answering import Answer, answering
from supaops.report.prometheus import CONTENT_TYPE

SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which prometheus_client counts in files that several processes share."""
STALE_AFTER_S = 30.0
"""A loop that had no turn for so long is held up by a handler, or hangs."""

Registries = Callable[[], list[CollectorRegistry]]


def own(registry: CollectorRegistry) -> Registries:
    """Return the worker's registry, and the one that handlers count in by default."""
    return lambda: [registry, REGISTRY]


def shared(folder: str) -> Registries:
    """Return what every process that counts in `folder` has counted."""

    def registries() -> list[CollectorRegistry]:
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]  # it has no types
        return [registry]

    return registries


class Probes:
    """Answers.

    Args:    alive: tells what beside the loops must live; by default nothing.
    """

    def __init__(self, registries: Registries) -> None:
        self._registries = registries

    def paths(self) -> Mapping[str, Callable[[], Answer]]:
        """Return what answers each path."""
        return {"/metrics": self.metrics, "/healthz": self.health, "/readyz": self.readiness}

    def metrics(self) -> Answer:
        """Return all metrics."""
        return Answer(200, CONTENT_TYPE, b"".join(map(generate_latest, self._registries())))

    def health(self) -> Answer:
        """Return 200 while every event loop turns; a restart helps when one does not."""
        turned = self._value("supaops_worker_loop_timestamp_seconds")
        age_s = time.time() - turned if turned else 0.0
        is_fresh = age_s <= STALE_AFTER_S
        return _told(is_fresh, "ok" if is_fresh else "stuck", turned_ago_s=round(age_s, 3))

    def readiness(self) -> Answer:
        """Return 200 while at least one process takes jobs."""
        ready = int(self._value("supaops_worker_ready") or 0)
        return _told(ready > 0, "ready" if ready else "not ready", processes=ready)

    def _value(self, name: str) -> float | None:
        return self._registries()[0].get_sample_value(name)

    def serving(self, host: str, port: int) -> AbstractContextManager[str]:
        """Answer until the block ends; it yields the URL of the root.

        Raises: SupaopsError when the address cannot be listened on.
        """
        return answering(self.paths(), host, port, option="--metrics-port")


@contextmanager
def shared_folder() -> Iterator[str]:
    """Yield a new folder for several processes to count in, gone at the end."""
    folder = tempfile.mkdtemp(prefix="supaops-metrics-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def bury(folder: str, pid: int) -> None:
    """Forget what a process that has ended said of itself; what it counted stays."""
    mark_process_dead(pid, folder)  # type: ignore[no-untyped-call]  # it has no types


def counts_in_files() -> str | None:
    """Return the folder that this process counts in, if it shares one."""
    return os.environ.get(SHARED)


def _told(is_well: bool, status: str, **more: float) -> Answer:  # noqa: FBT001  private, two calls
    body = json.dumps({"status": status, **more}).encode() + b"\n"
    return Answer(200 if is_well else 503, "application/json", body)
