"""What the worker says of itself to whoever has its secret: ``GET /api/jobs/run``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from supaops import __version__

WORKER = f"supaops {__version__}"
SENTRY_OFF: Mapping[str, Any] = {"enabled": False, "dropped": 0, "last_error": None}


def description(
    task_types: Iterable[str],
    *,
    disabled: bool,
    running: int,
    batch_limit: int,
    sentry: Mapping[str, Any] = SENTRY_OFF,
) -> dict[str, Any]:
    """Return the description as JSON-able data.

    Args:
        task_types: those that there is a handler for.
        disabled: whether posts are answered with 503 because somebody wants it so.
        running: how many slots are taken.
        batch_limit: how many jobs one post may start.
        sentry: `enabled`, `dropped` and `last_error`.
    """
    return {
        "worker": WORKER,
        "handlers": sorted(task_types),
        "disabled": disabled,
        "running": running,
        "batch_limit": batch_limit,
        "sentry": dict(sentry),
    }
