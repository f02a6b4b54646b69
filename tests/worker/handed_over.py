"""Handlers that leave it to the worker where they run."""

from __future__ import annotations

import os

from supaops.worker import Context, Handlers

registry = Handlers()


@registry.handler("work")
def work(context: Context, _payload: object) -> int:
    context.enqueue("nap")
    return os.getpid()


@registry.handler("nap")
async def nap(_context: Context, _payload: object) -> int:
    return os.getpid()
