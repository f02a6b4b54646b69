"""Handlers of the worker in `wake`: they tell when they were started, by the machine's clock."""

from __future__ import annotations

import time
from typing import Any

from supaops.worker import Context, Handlers

registry = Handlers()


@registry.handler("bench")
async def handle(_context: Context, _payload: Any) -> float:
    """Return the seconds since 1970."""
    return time.time()
