"""Wait for the first caller of the gateway: most stacks have none."""

from __future__ import annotations

import asyncio
import socket

from supaops.local.state import State


async def run(known: State, listener: socket.socket) -> None:
    """Answer callers for ever, from the first one on."""
    await _first_caller(listener)
    from supaops.local.gateway.server import serve  # noqa: PLC0415  it takes a third of a second

    await serve(known, listener)


async def _first_caller(listener: socket.socket) -> None:
    loop, came = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(listener, came.set)
    await came.wait()
    loop.remove_reader(listener)
