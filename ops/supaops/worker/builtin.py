"""The handlers that supaops brings itself."""

from __future__ import annotations

from typing import Any

from supaops.worker.context import Context
from supaops.worker.handlers import Handlers

SMOKE = "supaops_smoke"

builtin = Handlers()


@builtin.handler(SMOKE, executor="thread")
async def smoke(context: Context, payload: Any) -> Any:
    """Return the correlation id of a smoke test, the proof that this very job went through."""
    context.logger.info("smoke test")
    return payload.get("correlation_id") if isinstance(payload, dict) else None


def with_builtin(handlers: Handlers) -> Handlers:
    """Return `handlers` and supaops' own.

    Raises: SupaopsError when `handlers` has one for a task type of supaops' own.
    """
    every = Handlers()
    every.include(builtin)
    every.include(handlers)
    return every
