"""The manifests that `supaops init --kubernetes` writes. Pure but for reading templates."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from supaops.config import Config
from supaops.config.fields import EnvRef
from supaops.render.context import qualifier
from supaops.render.quoting import literal
from supaops.scaffold.texts import rendered

FOLDER = "ops/kubernetes"
IMAGE = "registry.example/your-project:tag"
"""Which image it is, and where, only the project knows."""

_MOST = 10
_LONGEST_NAME = 45  # KEDA makes an autoscaler `keda-hpa-NAME`, and Kubernetes takes 63 characters
_DATABASE = "DATABASE_URL"
_SHORTEST_GRACE = timedelta(seconds=15)
_MARGIN_S = 15  # to give back what is left, and to tell the logs and metrics of it
_DRAIN_S = 5
_ENDPOINT_GRACE_S = _DRAIN_S + 10 + 15 + _MARGIN_S  # open posts, then running jobs: `supaops serve`


@dataclass(frozen=True, slots=True)
class PodVariable:
    """A variable of a pod, and key of the Secret; an optional one may be missing there."""

    name: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Workers:
    """One Deployment of workers and its scaler.

    Attributes:
        queue: the only one that they serve; None for every queue.
        concurrency: jobs at once in a pod.
        grace_s: seconds that running jobs get when a pod is to end.
        most: pods at once.
        query: SQL; a row with the number of jobs that run or may start.
    """

    name: str
    queue: str | None
    concurrency: int
    grace_s: int
    most: int
    query: str


def kubernetes_texts(config: Config) -> dict[str, str]:
    """Return the manifests of an environment's workers, of their scaler, and of the endpoint.

    They name the Secret that holds the values, and hold none.
    """
    account = _name(config.queue.name)
    context = {
        "account": account,
        "image": IMAGE,
        "environment": config.environment,
        "workers": list(_workers(config)),
        "margin_s": _MARGIN_S,
        "worker_variables": [*_ways(config), *_reports(config)],
        "database_variable": _variable(config.database.url) or _DATABASE,
        "endpoint": _name(config.queue.name, "endpoint"),
        "endpoint_secret": config.worker.endpoint,
        "endpoint_variables": [*_ways(config), *_credential(config), *_reports(config)],
        "endpoint_grace_s": _ENDPOINT_GRACE_S,
        "drain_s": _DRAIN_S,
    }
    names = ("worker.yaml", "scaler.yaml", "endpoint.yaml")
    return {f"{FOLDER}/{name}": rendered(f"kubernetes/{name}.j2", context) for name in names}


def _workers(config: Config) -> Iterator[Workers]:
    """Yield one Deployment for each declared queue, so that each has its own scale."""
    queues = sorted({each.queue for each in config.queue.task_types.values()})
    if len(queues) == 1:
        yield _workers_of(config, None)
        return
    for queue in queues:
        yield _workers_of(config, queue)


def _workers_of(config: Config, queue: str | None) -> Workers:
    concurrency = config.worker.concurrency or config.worker.batch_limit
    limit = config.queue.limits.get(queue) if queue else None
    at_once = limit.concurrency if limit else None
    argument = f"array[{literal(queue)}]" if queue else ""
    return Workers(
        name=_name(config.queue.name, "worker", *([queue] if queue else [])),
        queue=queue,
        concurrency=concurrency,
        grace_s=_grace_s(config, queue),
        most=min(_MOST, math.ceil(at_once / concurrency)) if at_once else _MOST,
        query=f"select {qualifier(config)('_backlog')}({argument})",
    )


def _grace_s(config: Config, queue: str | None) -> int:
    """Return the longest timeout of the task types there, in whole seconds."""
    declared = config.queue.task_types.values()
    timeouts = (each.timeout for each in declared if queue in {None, each.queue})
    return math.ceil(max(_SHORTEST_GRACE, *timeouts).total_seconds())


def _ways(config: Config) -> Iterator[PodVariable]:
    """Yield what leads a worker to its queue."""
    worker = config.worker
    if worker.transport == "supabase":
        yield from _named(worker.supabase.url, worker.supabase.service_key)
    else:
        yield from _named(config.database.url)


def _credential(config: Config) -> Iterator[PodVariable]:
    """Yield what a post is proved by."""
    secret = config.vault.secrets.get(config.worker.secret)
    yield from _named(secret and secret.value)


def _reports(config: Config) -> Iterator[PodVariable]:
    if name := _variable(config.sentry.dsn):
        yield PodVariable(name, optional=True)


def _named(*references: object) -> Iterator[PodVariable]:
    yield from (PodVariable(name) for each in references if (name := _variable(each)))


def _variable(reference: object) -> str | None:
    return reference.name if isinstance(reference, EnvRef) else None


def _name(*parts: str) -> str:
    """Return a name that Kubernetes takes: one that had to be changed ends in a digest of it."""
    whole = "-".join(parts).replace("_", "-")
    short = whole[:_LONGEST_NAME].strip("-")
    if short == whole:
        return whole
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:6]
    return f"{short[: _LONGEST_NAME - 7].strip('-')}-{digest}".lstrip("-")
