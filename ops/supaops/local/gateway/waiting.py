"""Wait for the first caller of the gateway: most stacks have none."""

from __future__ import annotations

import asyncio
import json
import logging
import socket

from supaops.errors import SupaopsError
from supaops.extras import require
from supaops.local.state import State

LOG = logging.getLogger("supaops.gateway")


async def run(known: State, listener: socket.socket) -> None:
    """Answer callers for ever, from the first one on."""
    await _first_caller(listener)
    try:
        require("worker", "the local Data API")
    except SupaopsError as error:
        await _refuse(listener, error)
    from supaops.local.gateway.server import serve  # noqa: PLC0415  it takes a third of a second

    await serve(known, listener)


async def _first_caller(listener: socket.socket) -> None:
    loop, came = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(listener, came.set)
    await came.wait()
    loop.remove_reader(listener)


async def _refuse(listener: socket.socket, error: SupaopsError) -> None:
    """Answer callers for ever that nobody is there: the other loops, beside this one, go on."""
    LOG.error("%s: %s", error, error.hint)
    body = json.dumps({"message": error.message, "hint": error.hint}).encode()
    head = f"HTTP/1.1 503 Service Unavailable\r\nContent-Length: {len(body)}\r\n"
    answer = f"{head}Content-Type: application/json\r\nConnection: close\r\n\r\n".encode() + body

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(refuse, sock=listener) as server:
        await server.serve_forever()
