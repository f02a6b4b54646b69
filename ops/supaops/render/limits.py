"""The limits that a config declares, as the rows of `supaops.limit`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from supaops.config.model import Config, Limit
from supaops.config.rate import Rate
from supaops.render.resource import Kind, Resource, canonical


def limits(config: Config) -> tuple[Resource, ...]:
    """Return a resource for each queue and task type that has a limit."""
    return tuple(
        Resource(Kind.LIMIT, f"{scope}.{name}", canonical(spec), source, spec)
        for scope, name, limit, source in _declared(config)
        if any((spec := limit_spec(limit.concurrency, limit.rate)).values())
    )


def limit_spec(concurrency: int | None, rate: Rate | None) -> dict[str, Any]:
    """Return a limit's row as JSON-able values; a period is in seconds."""
    return {
        "concurrency": concurrency,
        "rate": rate.jobs if rate else None,
        "period_s": rate.period.total_seconds() if rate else None,
    }


def _declared(config: Config) -> Iterator[tuple[str, str, Limit, str]]:
    """Yield scope, name, limit and YAML key of all that may have a limit."""
    for name, limit in config.queue.limits.items():
        yield "queue", name, limit, f"queue.limits.{name}"
    for name, task_type in config.queue.task_types.items():
        own = Limit(concurrency=task_type.concurrency)
        yield "task_type", name, own, f"queue.task_types.{name}.concurrency"
